FROM rust:1.95-slim-trixie AS build
WORKDIR /build
COPY . .
RUN cargo build --release --locked --bin long-deploy

# The runner's mounts belong to root, so the program runs as root.
FROM debian:trixie-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /build/target/release/long-deploy /long-deploy
# The same program under the name of the post step.
RUN ["ln", "-s", "/long-deploy", "/long-deploy-post"]
ENTRYPOINT ["/long-deploy"]
