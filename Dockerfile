# The action's image: our program, Bicep, and the libraries that both need. Nothing else: no package manager, no user but
# root, to whom the runner's mounts belong.
#
# The last stage is the image of the action. `--target slim` leaves out Bicep, for JSON templates only.

# Both have images of linux/amd64 and linux/arm64 under these digests.
ARG RUST_IMAGE=rust:1.95-slim-trixie@sha256:ee4fa026a11f9e8b1b00568364a880dc720409bb94b0e6800f63f974f9c909d5
ARG DEBIAN_IMAGE=debian:trixie-slim@sha256:3a39a0592364683e6bab97937b72cad5a8fa6dcbbee90edb3bb48c7f8e94f258

FROM ${RUST_IMAGE} AS build
WORKDIR /build
# The dependencies first, from the manifests alone: a change of our source then builds nothing but our own crate.
COPY .cargo/config.toml .cargo/
COPY Cargo.toml Cargo.lock ./
COPY tests/simulator/Cargo.toml tests/simulator/
RUN mkdir -p src tests/demo tests/simulator/src benches \
    && touch src/lib.rs tests/demo/main.rs tests/simulator/src/lib.rs benches/template.rs benches/pure.rs \
    && echo 'fn main() {}' > src/main.rs \
    && cargo build --release --locked --bin long-deploy
COPY src src
# Cargo goes by times, and those of the files may be older than those of the empty ones.
RUN find src -name '*.rs' -exec touch {} + \
    && cargo build --release --locked --bin long-deploy \
    && mkdir program \
    && cp target/release/long-deploy program \
    # The same program under the name of the post step.
    && ln -s long-deploy program/long-deploy-post

FROM ${DEBIAN_IMAGE} AS bicep
# Another version has other checksums: see Microsoft's release.
ARG BICEP_VERSION=0.48.1
ARG BICEP_SHA256_AMD64=b09ec25a9d376c1f8e33ede6ed22b587f915ad68488d5db77a6f9541748c7f6e
ARG BICEP_SHA256_ARM64=9cbf6a211137e894a863fbc842e355c2197fc2124a7bda902afe1bceffa35245
ARG BICEP_DOWNLOADS=https://downloads.bicep.azure.com
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates curl
# The image's own architecture: TARGETARCH is empty where the builder is not BuildKit.
RUN architecture=$(dpkg --print-architecture) \
    && case "$architecture" in \
      amd64) asset=bicep-linux-x64 sha256=$BICEP_SHA256_AMD64 ;; \
      arm64) asset=bicep-linux-arm64 sha256=$BICEP_SHA256_ARM64 ;; \
      *) echo "Microsoft has no Bicep for $architecture" >&2; exit 1 ;; \
    esac \
    && mkdir -p /bicep/opt/bicep \
    && curl --fail --silent --show-error --location --retry 5 --retry-all-errors \
      --output /bicep/opt/bicep/bicep "$BICEP_DOWNLOADS/v$BICEP_VERSION/$asset" \
    && echo "$sha256  /bicep/opt/bicep/bicep" | sha256sum --check \
    && chmod 755 /bicep/opt/bicep/bicep

# The files of the system that the programs need. OpenSSL with its zlib and zstd is for Bicep, which loads it only when it
# opens a connection, and asks `az` for a token through `sh`: without them only private registries would fail.
FROM ${DEBIAN_IMAGE} AS system
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates libssl3t64 libstdc++6 libzstd1 zlib1g
RUN libraries=$(dirname "$(ls /usr/lib/*/libc.so.6)") \
    && mkdir -p /system/usr/bin /system/usr/lib/ssl /system/usr/lib64 /system/etc/ssl/certs /system/root \
    && install -d -m 1777 /system/tmp \
    && ln -s usr/bin usr/lib usr/lib64 /system \
    && cp --dereference --parents -t /system "$libraries"/ld-linux-*.so.* \
      "$libraries"/libc.so.6 "$libraries"/libm.so.6 "$libraries"/libdl.so.2 "$libraries"/librt.so.1 \
      "$libraries"/libpthread.so.0 "$libraries"/libgcc_s.so.1 "$libraries"/libstdc++.so.6 \
      "$libraries"/libssl.so.3 "$libraries"/libcrypto.so.3 "$libraries"/libz.so.1 "$libraries"/libzstd.so.1 \
    # Programs name their loader by a path that is a link: in lib64 on x86-64, in lib on ARM.
    && for loader in /usr/lib64/ld-linux-*.so.* /usr/lib/ld-linux-*.so.*; do \
      if [ -L "$loader" ]; then cp --no-dereference --parents -t /system "$loader"; fi; \
    done \
    && cp /usr/bin/dash /system/usr/bin/sh \
    && cp /etc/ssl/certs/ca-certificates.crt /system/etc/ssl/certs/ \
    && ln -s /etc/ssl/certs /system/usr/lib/ssl/certs \
    && ln -s /etc/ssl/certs/ca-certificates.crt /system/usr/lib/ssl/cert.pem \
    && echo 'root:x:0:0:root:/root:/bin/sh' > /system/etc/passwd \
    && echo 'root:x:0:' > /system/etc/group \
    && echo 'hosts: files dns' > /system/etc/nsswitch.conf \
    # What scanners look for: which packages these files are from.
    && cp --dereference /etc/os-release /system/etc/ \
    && mkdir -p /system/var/lib/dpkg/status.d \
    && for package in base-files ca-certificates dash libc6 libgcc-s1 libssl3t64 libstdc++6 libzstd1 zlib1g; do \
      dpkg-query --status "$package" > "/system/var/lib/dpkg/status.d/$package" || exit; \
    done

FROM scratch AS labelled
ARG VERSION=
ARG REVISION=
ARG SOURCE=
ARG CREATED=
LABEL org.opencontainers.image.title="long-deploy-action" \
      org.opencontainers.image.description="Deploys Bicep and ARM templates to Azure for hours" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.created="$CREATED"
ENTRYPOINT ["/long-deploy"]

FROM labelled AS slim
COPY --from=system /system /
COPY --from=build /build/program /

FROM labelled
# In the order in which they change: what a runner has already, it does not fetch again.
COPY --from=bicep /bicep /
COPY --from=system /system /
COPY --from=build /build/program /
