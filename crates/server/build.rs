//! The web application is embedded: other files of it are another binary. Where it was not built yet, there are none.

fn main() -> std::io::Result<()> {
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist");
    std::fs::create_dir_all(built)?;
    println!("cargo::rerun-if-changed={built}");
    Ok(())
}
