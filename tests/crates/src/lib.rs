//! Nothing: the crates named in Cargo.toml are what is compiled.
