FROM rust:1.95-slim-trixie AS build
WORKDIR /build
COPY . .
RUN cargo build --release --locked --bin long-deploy

# Another version is another checksum: see Microsoft's release.
FROM debian:trixie-slim AS bicep
ARG TARGETARCH
ARG BICEP_VERSION=0.48.1
ARG BICEP_SHA256_AMD64=b09ec25a9d376c1f8e33ede6ed22b587f915ad68488d5db77a6f9541748c7f6e
ARG BICEP_SHA256_ARM64=9cbf6a211137e894a863fbc842e355c2197fc2124a7bda902afe1bceffa35245
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates curl
RUN case "$TARGETARCH" in \
      arm64) asset=bicep-linux-arm64 sha256=$BICEP_SHA256_ARM64 ;; \
      *) asset=bicep-linux-x64 sha256=$BICEP_SHA256_AMD64 ;; \
    esac \
    && curl --fail --silent --show-error --location --output /bicep \
      "https://downloads.bicep.azure.com/v$BICEP_VERSION/$asset" \
    && echo "$sha256  /bicep" | sha256sum --check \
    && chmod 755 /bicep

# The runner's mounts belong to root, so the program runs as root.
FROM debian:trixie-slim
# Bicep is a .NET program and needs the C++ library.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libstdc++6 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=bicep /bicep /opt/bicep/bicep
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /build/target/release/long-deploy /long-deploy
# The same program under the name of the post step.
RUN ["ln", "-s", "/long-deploy", "/long-deploy-post"]
ENTRYPOINT ["/long-deploy"]
