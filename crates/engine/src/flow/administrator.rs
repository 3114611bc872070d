//! Who may operate flows.

use crate::identity::Identity;
use diagnostic::{Code, Diagnostic, Result};

/// Nobody else learns that there is such a thing.
pub(super) fn administrator(identity: &Identity) -> Result<()> {
    match identity.actor.admin {
        true => Ok(()),
        false => Err(Box::new(Diagnostic::new(Code::NotFound))),
    }
}
