//! What the tasks know about the workspace: its root, its files, and what cargo says of its packages.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::{Metadata, MetadataCommand, Package};

/// The workspace as it lies on disk now.
pub struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// Every file that is tracked, or would be by `git add .`: paths below the root, with `/`, sorted.
    pub files: Vec<String>,
    /// What `cargo metadata --locked` answers for the platform that it runs on.
    pub metadata: Metadata,
}

impl Workspace {
    /// Reads the workspace that this program was built in.
    ///
    /// # Errors
    /// When cargo, rustc or git cannot be run, or when `Cargo.lock` does not fit the manifests.
    pub fn load() -> Result<Self> {
        let root = root()?;
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .other_options(["--locked".to_owned(), "--filter-platform".to_owned(), host_platform()?])
            .exec()
            .context("cargo metadata (is Cargo.lock up to date?)")?;
        let files = files(&root)?;
        Ok(Self { root, files, metadata })
    }

    /// The text of a file, or `None` when it is not UTF-8 (pictures, archives).
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn text(&self, path: &str) -> Result<Option<String>> {
        let bytes = std::fs::read(self.root.join(path)).with_context(|| format!("reading {path}"))?;
        Ok(String::from_utf8(bytes).ok())
    }

    /// The packages of this workspace, in the order of their names.
    pub fn members(&self) -> Vec<&Package> {
        let mut members = self.metadata.workspace_packages();
        members.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
        members
    }

    /// The folder of a package, below the root, with `/` and without a slash at the end.
    pub fn folder(&self, package: &Package) -> String {
        let folder =
            package.manifest_path.parent().map(|p| p.as_std_path().to_path_buf()).unwrap_or_default();
        let below = folder.strip_prefix(&self.root).unwrap_or(&folder);
        below.to_string_lossy().replace('\\', "/")
    }

    /// The hand-written Rust files, in order.
    pub fn rust_files(&self) -> impl Iterator<Item = &String> {
        self.files.iter().filter(|path| path.ends_with(".rs"))
    }
}

fn root() -> Result<PathBuf> {
    let manifest =
        std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    let root = Path::new(&manifest).ancestors().nth(2).context("this package lies in crates/")?;
    Ok(root.to_path_buf())
}

/// The platform that rustc builds for. Licences and imports are checked for it alone: asking cargo for all
/// platforms would download libraries of systems that nobody here builds for.
fn host_platform() -> Result<String> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let answer = said_by(Command::new(rustc).arg("-vV"))?;
    let line = answer.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line.context("rustc -vV names no host")?.to_owned())
}

fn files(root: &Path) -> Result<Vec<String>> {
    let mut list = Command::new("git");
    // A checkout may belong to another user than the one who runs this (containers); listing it does no harm.
    list.current_dir(root).args(["-c", "safe.directory=*"]);
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let names: BTreeSet<String> =
        said_by(&mut list)?.split('\0').filter(|n| !n.is_empty()).map(str::to_owned).collect();
    // A file that was deleted but not yet committed is still listed.
    Ok(names.into_iter().filter(|name| root.join(name).is_file()).collect())
}

fn said_by(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("running {:?}", command.get_program()))?;
    if !output.status.success() {
        bail!("{:?}: {}", command.get_program(), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
