//! Small disks: a tmpfs that a test mounts where it may, which takes root.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A disk of a few megabytes.
pub struct Disk {
    pub path: PathBuf,
}

impl Disk {
    /// Mounts one at a folder, which it makes; `None`, with a word about it, where that is not permitted.
    pub fn mount(path: PathBuf, size: &str) -> Option<Disk> {
        std::fs::create_dir_all(&path).unwrap();
        let option = format!("size={size}");
        let mounted = run("mount", &["-t", "tmpfs", "-o", &option, "tmpfs"], &path);
        if !mounted {
            eprintln!("a tmpfs cannot be mounted here (it takes root): this test is skipped");
            return None;
        }
        Some(Disk { path })
    }

    /// Mounts it anew with other options, such as `size=64m` or `ro`.
    pub fn remount(&self, options: &str) {
        assert!(run("mount", &["-o", &format!("remount,{options}")], &self.path), "{options}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a process that a failed test left behind may hold it for a moment.
        run("umount", &["--lazy"], &self.path);
    }
}

fn run(program: &str, words: &[&str], path: &Path) -> bool {
    let done = Command::new(program).args(words).arg(path).output();
    done.is_ok_and(|output| output.status.success())
}
