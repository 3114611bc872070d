//! What handlers share.

use crate::limit::SignInLimit;
use engine::Engine;

/// What handlers share.
pub struct State {
    /// The engine.
    pub engine: Engine,
    /// Attempts to sign in.
    pub sign_ins: SignInLimit,
    /// Cookies are marked `Secure`.
    pub secure_cookies: bool,
}
