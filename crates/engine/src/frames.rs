//! Statements that were put together once for an actor, and are used for each of its reads of that shape.

use diagnostic::Result;
use plan::read::Shape;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use storage::select::Frame;

/// How many shapes are remembered of one identity. Screens and programs have a few dozen.
const MOST: usize = 64;

/// The shapes of one identity, by [`plan::query::Request::shape_key`]. They live as long as its rights do.
#[derive(Default)]
pub struct Frames(RwLock<HashMap<String, Arc<Framed>>>);

/// A shape, and the statement made of it.
pub struct Framed {
    /// What is shown.
    pub shape: Arc<Shape>,
    /// The statement but for its conditions.
    pub frame: Frame,
}

impl std::fmt::Debug for Frames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Frames")
    }
}

impl Frames {
    /// What is remembered under this name, or made now. What says something of the time it was made at is not
    /// remembered.
    ///
    /// # Errors
    /// What making it refuses.
    pub fn get(&self, name: String, make: impl FnOnce() -> Result<Framed>) -> Result<Arc<Framed>> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Ok(known.clone());
        }
        let made = Arc::new(make()?);
        if made.frame.is_lasting() {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(name, made.clone());
        }
        Ok(made)
    }
}
