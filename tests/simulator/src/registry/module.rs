//! Bicep modules as a registry keeps them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const ARTIFACT: &str = "application/vnd.ms.bicep.module.artifact";
const CONFIG: &str = "application/vnd.ms.bicep.module.config.v1+json";
const LAYER: &str = "application/vnd.ms.bicep.module.layer.v1+json";

/// Content under its digest.
#[derive(Debug, Clone)]
pub(crate) struct Blob {
    pub(crate) media_type: &'static str,
    pub(crate) digest: String,
    pub(crate) content: Vec<u8>,
}

impl Blob {
    fn new(media_type: &'static str, content: Vec<u8>) -> Self {
        let digest = Sha256::digest(&content);
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            media_type,
            digest: format!("sha256:{digest}"),
            content,
        }
    }

    fn descriptor(&self) -> Value {
        json!({"mediaType": self.media_type, "digest": self.digest, "size": self.content.len()})
    }
}

/// What the registry holds.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    /// Manifests by repository and tag.
    manifests: BTreeMap<(String, String), Blob>,
    /// Everything by digest.
    blobs: BTreeMap<String, Blob>,
}

impl Modules {
    /// Keeps a compiled module.
    pub(crate) fn publish(&mut self, repository: &str, tag: &str, template: &Value) {
        let config = Blob::new(CONFIG, b"{}".to_vec());
        let layer = Blob::new(LAYER, template.to_string().into_bytes());
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": ARTIFACT,
            "config": config.descriptor(),
            "layers": [layer.descriptor()],
        });
        let manifest = Blob::new(MANIFEST, manifest.to_string().into_bytes());
        let name = (repository.to_owned(), tag.to_owned());
        self.manifests.insert(name, manifest.clone());
        for blob in [config, layer, manifest] {
            self.blobs.insert(blob.digest.clone(), blob);
        }
    }

    /// A manifest by its tag or digest.
    pub(crate) fn manifest(&self, repository: &str, reference: &str) -> Option<&Blob> {
        let name = (repository.to_owned(), reference.to_owned());
        self.manifests.get(&name).or_else(|| {
            self.blob(reference)
                .filter(|blob| blob.media_type == MANIFEST)
        })
    }

    pub(crate) fn blob(&self, digest: &str) -> Option<&Blob> {
        self.blobs.get(digest)
    }
}
