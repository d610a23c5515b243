#!/usr/bin/env bash
# Makes stand-ins for the Dockerfile's base images, for where no container registry can be reached: Debian from its
# packages, by debootstrap, and with this machine's Rust and the crates that Cargo.lock names. They are made once.
#
# Prints the build arguments to use them. Needs root, debootstrap and Docker.
set -euo pipefail
cd "$(dirname "$0")/../.."

DEBIAN=localhost/long-deploy/debian:trixie
# Made anew for another Rust or other crates.
RUST=localhost/long-deploy/rust:$({ rustc --version; cat Cargo.lock; } | sha256sum | cut -c 1-12)
work=target/image

exists() { docker image inspect "$1" >/dev/null 2>&1; }

install_debootstrap() {
  apt-get update --quiet >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes debootstrap >/dev/null
}

# Not what the Dockerfile installs, so that its own commands are tested.
make_debian() {
  local root=$work/debian
  rm -rf "$root"
  mkdir -p "$root"
  command -v debootstrap >/dev/null || install_debootstrap
  # The compiler's parts are for the other stand-in: one bootstrap takes a minute.
  debootstrap --variant=minbase --include=ca-certificates,gcc,libc6-dev trixie "$root" \
    >"$work/debootstrap.log" 2>&1 || { tail -n 5 "$work/debootstrap.log" >&2; return 1; }
  rm -rf "$root"/var/cache/apt/archives/*.deb
  # Between this machine and its registries there may be a proxy with an authority of its own.
  cat /etc/ssl/certs/ca-certificates.crt > "$root/etc/ssl/certs/ca-certificates.crt"
  tar --create --directory "$root" . | docker import - "$DEBIAN" >/dev/null
  rm -rf "$root"
}

make_rust() {
  local toolchain cargo=${CARGO_HOME:-$HOME/.cargo} root=$work/rust
  toolchain=$(rustc --print sysroot)
  cargo fetch --quiet --locked
  rm -rf "$root"
  mkdir -p "$root/usr/local/rust/lib" "$root/usr/local/cargo/registry"
  cp -r "$toolchain/bin" "$root/usr/local/rust"
  cp -r "$toolchain"/lib/*.so* "$toolchain/lib/rustlib" "$root/usr/local/rust/lib"
  cp -r "$cargo/registry/index" "$cargo/registry/cache" "$root/usr/local/cargo/registry"
  printf '%s\n' "FROM $DEBIAN" 'COPY . /' 'ENV PATH=/usr/local/rust/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    'ENV CARGO_HOME=/usr/local/cargo CARGO_NET_OFFLINE=true' > "$work/rust.Dockerfile"
  docker build --quiet --tag "$RUST" --file "$work/rust.Dockerfile" "$root" >/dev/null
  rm -rf "$root"
}

mkdir -p "$work"
exists "$DEBIAN" || make_debian
exists "$RUST" || make_rust
echo "--build-arg DEBIAN_IMAGE=$DEBIAN --build-arg RUST_IMAGE=$RUST"
