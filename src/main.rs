//! The program `long-deploy`.

fn main() {}
