//! The handle that tests hold.

use std::{
    net::{IpAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

use crate::{
    AUDIENCE, arm,
    arm::foreign::When,
    azure_devops, collector,
    door::Door,
    entra,
    fault::Fault,
    github, gitlab,
    journal::{Exchange, PresentedAssertion, Service},
    options::Options,
    registry, snapshot,
    snapshot::Snapshot,
    tls::Authority,
    traces::Span,
    witness::Witness,
    world::{Origins, World, lock},
};

/// Templates nest deeply, and so does the walk over them.
const STACK: usize = 64 * 1024 * 1024;

/// A running simulator; dropping it ends it.
#[derive(Debug)]
pub struct Simulator {
    world: Arc<World>,
    ca_file: PathBuf,
    runtime: Option<Runtime>,
    _folder: TempDir,
}

impl Simulator {
    /// Starts the services on free ports, on threads of their own.
    ///
    /// # Panics
    /// When the machine does not let it: no such address, no free port, no temporary folder.
    #[must_use]
    pub fn start(options: Options) -> Self {
        Self::try_start(options).expect("the simulator needs free ports and a temporary folder")
    }

    fn try_start(options: Options) -> Result<Self, Box<dyn std::error::Error>> {
        let authority = Authority::new("Azure simulator")?;
        let folder = tempfile::Builder::new()
            .prefix("azure-simulator-")
            .tempdir()?;
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, &authority.certificate)?;
        let address = options.address;
        let [a, b, c, d, e] = [(); 5].map(|()| listen(address));
        let listeners = [a?, b?, c?, d?, e?];
        let [github, entra, resource_manager, modules, telemetry] = &listeners;
        let origins = Origins {
            github: origin(github)?,
            entra: origin(entra)?,
            resource_manager: origin(resource_manager)?,
            registry: origin(modules)?,
            collector: origin(telemetry)?,
        };
        let world = Arc::new(World::new(options, origins));
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("azure-simulator")
            .thread_stack_size(STACK)
            .enable_all()
            .build()?;
        let doors = doors(&world).into_iter().zip(listeners);
        for (door, listener) in doors {
            let mut bad = world.options.bad_certificates.iter();
            let bad = bad.rfind(|(service, _)| *service == door.service);
            let server = authority.server(address, bad.map(|(_, bad)| *bad))?;
            let listener = {
                let _context = runtime.enter();
                tokio::net::TcpListener::from_std(listener)?
            };
            runtime.spawn(door.open(listener, TlsAcceptor::from(server)));
        }
        Ok(Self {
            world,
            ca_file,
            runtime: Some(runtime),
            _folder: folder,
        })
    }

    /// The certificate authority to trust, as PEM, for `SSL_CERT_FILE`.
    #[must_use]
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// The variables that a runner would set for a step with `id-token: write`, and the
    /// certificate authority.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let variable = |name: &str, value: String| (name.to_owned(), value);
        vec![
            variable("ACTIONS_ID_TOKEN_REQUEST_URL", self.id_token_url()),
            variable(
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
                self.world.request_token.clone(),
            ),
            variable("SSL_CERT_FILE", self.ca_file.display().to_string()),
        ]
    }

    /// What an agent of Azure Pipelines gives to a step for its id tokens, and the certificate authority.
    #[must_use]
    pub fn azure_pipelines_environment(&self) -> Vec<(String, String)> {
        let variable = |name: &str, value: String| (name.to_owned(), value);
        let endpoint = format!("{}{}", self.world.origins.github, azure_devops::PATH);
        vec![
            variable("SYSTEM_OIDCREQUESTURI", endpoint),
            variable("SYSTEM_ACCESSTOKEN", self.world.request_token.clone()),
            variable("SSL_CERT_FILE", self.ca_file.display().to_string()),
        ]
    }

    /// The one id token of a job in GitLab that began now and may take so long.
    #[must_use]
    pub fn gitlab_token(&self, lifetime: Duration) -> String {
        gitlab::mint(&self.world, lifetime)
    }

    /// The variables of an App Service with a managed identity, and the certificate authority.
    #[must_use]
    pub fn managed_identity_environment(&self) -> Vec<(String, String)> {
        let variable = |name: &str, value: String| (name.to_owned(), value);
        let endpoint = format!("{}/msi/token", self.world.origins.entra);
        vec![
            variable("IDENTITY_ENDPOINT", endpoint),
            variable("IDENTITY_HEADER", self.world.identity_header.clone()),
            variable("SSL_CERT_FILE", self.ca_file.display().to_string()),
        ]
    }

    /// Resource Manager's origin, without a slash at the end.
    #[must_use]
    pub fn resource_manager_url(&self) -> String {
        self.world.origins.resource_manager.clone()
    }

    /// Entra ID's origin, without a slash at the end.
    #[must_use]
    pub fn authority_url(&self) -> String {
        self.world.origins.entra.clone()
    }

    /// The module registry's host and port, for `br:`.
    #[must_use]
    pub fn registry(&self) -> String {
        let origin = &self.world.origins.registry;
        origin.trim_start_matches("https://").to_owned()
    }

    /// The collector's origin, without a slash at the end, for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    #[must_use]
    pub fn collector_url(&self) -> String {
        self.world.origins.collector.clone()
    }

    /// The spans that the collector took, in the order in which they came.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        lock(&self.world.spans).clone()
    }

    /// Publishes a compiled Bicep module to the registry.
    pub fn publish(&self, repository: &str, tag: &str, template: &serde_json::Value) {
        lock(&self.world.modules).publish(repository, tag, template);
    }

    /// The id-token endpoint, with the query that its URL has in a workflow.
    #[must_use]
    pub fn id_token_url(&self) -> String {
        format!("{}{}", self.world.origins.github, github::PATH)
    }

    /// The simulated date.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// Simulated time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.world.clock.elapsed()
    }

    /// Puts the simulated clock forward.
    pub fn advance(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    /// A fresh assertion for Entra ID, as a token file would hold it.
    #[must_use]
    pub fn mint_assertion(&self) -> String {
        github::mint(&self.world, AUDIENCE)
    }

    /// A fresh access token for Resource Manager, as another program of the same machine would have it.
    #[must_use]
    pub fn mint_access_token(&self) -> String {
        entra::access_token(&self.world, &self.world.origins.resource_manager)
    }

    /// Lets something go wrong from now on.
    pub fn inject(&self, fault: Fault) {
        self.world.inject(fault);
    }

    /// Takes back all faults.
    pub fn clear_faults(&self) {
        self.world.clear_faults();
    }

    /// All requests so far, in the order of their answers.
    #[must_use]
    pub fn journal(&self) -> Vec<Exchange> {
        lock(&self.world.journal).clone()
    }

    /// How many TLS connections were made to a service.
    #[must_use]
    pub fn connections(&self, service: Service) -> usize {
        self.world.connections(service)
    }

    /// Who knows every secret of this simulation.
    #[must_use]
    pub fn witness(&self) -> Witness {
        Witness(Arc::clone(&self.world))
    }

    /// The assertions that Entra ID has seen.
    #[must_use]
    pub fn assertions(&self) -> Vec<PresentedAssertion> {
        lock(&self.world.assertions).clone()
    }

    /// How many assertions were presented more than once.
    #[must_use]
    pub fn reused_assertions(&self) -> usize {
        lock(&self.world.assertions)
            .iter()
            .filter(|assertion| assertion.times > 1)
            .count()
    }

    /// The latest deployment of a name, submitted or nested, as it is now.
    #[must_use]
    pub fn deployment(&self, name: &str) -> Option<Snapshot> {
        arm::foreign::settle(&self.world);
        arm::rollback::settle(&self.world);
        let now = self.world.clock.elapsed();
        let deployments = lock(&self.world.deployments);
        deployments
            .find_by_name(name, now)
            .map(|found| snapshot::of(found, now))
    }

    /// The names of all resources that there are now, in their order.
    #[must_use]
    pub fn resources(&self) -> Vec<String> {
        arm::foreign::settle(&self.world);
        arm::rollback::settle(&self.world);
        let now = self.world.clock.elapsed();
        let deployments = lock(&self.world.deployments);
        let existing = deployments.existing(now).into_values();
        let mut names: Vec<_> = existing.map(|resource| resource.name.clone()).collect();
        names.sort();
        names
    }

    /// Starts somebody else's deployment with this resource id, and tells its correlation id.
    ///
    /// # Panics
    /// When the id is not that of a deployment or the template is not valid.
    pub fn start_foreign_deployment(&self, id: &str, template: serde_json::Value) -> String {
        self.world.clock.start();
        arm::foreign::start(&self.world, id, template)
            .expect("a foreign deployment needs a valid id and template")
    }

    /// A deployment with this resource id that somebody submitted so long before the start: no longer than the
    /// options' `past`, and after those that were made before.
    ///
    /// # Panics
    /// When the id is not that of a deployment, or template and parameters are not valid.
    pub fn deploy_earlier(
        &self,
        id: &str,
        template: &serde_json::Value,
        parameters: &serde_json::Value,
        ago: Duration,
    ) {
        let at = self.world.options.past.checked_sub(ago);
        let at = at.expect("an earlier deployment needs a past");
        let properties = serde_json::json!({"template": template, "parameters": parameters});
        arm::foreign::start_at(&self.world, id, properties, at)
            .expect("an earlier deployment needs a valid id, template and parameters");
    }

    /// As soon as a deployment of this id or name has ended, somebody else submits another one
    /// under the same id. Tells its correlation id.
    ///
    /// # Panics
    /// When the template is not valid at the place that the id names.
    pub fn take_over(&self, id_or_name: &str, template: serde_json::Value) -> String {
        self.take_over_after(id_or_name, template, Duration::ZERO)
    }

    /// Like [`Simulator::take_over`], so long after the end.
    ///
    /// # Panics
    /// When the template is not valid at the place that the id names.
    pub fn take_over_after(
        &self,
        id_or_name: &str,
        template: serde_json::Value,
        pause: Duration,
    ) -> String {
        self.announce(id_or_name, template, When::Following(pause))
    }

    /// Somebody else submits a deployment with this resource id at a moment in simulated time
    /// since the start, or when one that is active then has ended. Tells its correlation id.
    ///
    /// # Panics
    /// When the id is not that of a deployment or the template is not valid.
    pub fn start_foreign_deployment_at(
        &self,
        id: &str,
        template: serde_json::Value,
        moment: Duration,
    ) -> String {
        self.announce(id, template, When::At(moment))
    }

    fn announce(&self, id_or_name: &str, template: serde_json::Value, when: When) -> String {
        arm::foreign::announce(&self.world, id_or_name, template, when)
            .expect("a foreign deployment needs a valid id and template")
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn doors(world: &Arc<World>) -> [Door; 5] {
    let door = |service, router| Door {
        world: Arc::clone(world),
        service,
        router,
    };
    let hosts = github::router(Arc::clone(world));
    let hosts = hosts.merge(azure_devops::router(Arc::clone(world)));
    [
        door(Service::GitHub, hosts),
        door(Service::Entra, entra::router(Arc::clone(world))),
        door(Service::ResourceManager, arm::router(Arc::clone(world))),
        door(Service::Registry, registry::router(Arc::clone(world))),
        door(Service::Collector, collector::router(Arc::clone(world))),
    ]
}

fn listen(address: IpAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind((address, 0))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn origin(listener: &TcpListener) -> std::io::Result<String> {
    let address = listener.local_addr()?;
    if address.ip().is_loopback() {
        return Ok(format!("https://localhost:{}", address.port()));
    }
    Ok(format!("https://{address}"))
}
