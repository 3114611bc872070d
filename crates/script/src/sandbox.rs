//! The rhai engine with its limits. rhai limits nothing by itself.

use crate::library;
use crate::limits::Limits;
use rhai::{Dynamic, Engine, EvalAltResult, INT, OptimizationLevel, Position};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a stopped script's error carries.
pub const DEADLINE: &str = "time is up";

/// An engine with a deadline of its own. rhai's progress callback belongs to an engine, not to a call, so
/// calls that run at the same time need an engine each.
pub struct Sandbox {
    /// The engine.
    pub engine: Engine,
    started: Instant,
    /// Milliseconds after `started` at which the running call is stopped.
    deadline: Arc<AtomicU64>,
}

impl Sandbox {
    fn new(limits: &Limits) -> Sandbox {
        let mut engine = Engine::new();
        engine
            .set_max_operations(limits.operations)
            .set_max_call_levels(limits.call_depth)
            .set_max_expr_depths(64, 32)
            .set_max_string_size(limits.text_bytes)
            .set_max_array_size(limits.items)
            .set_max_map_size(limits.items)
            .set_max_variables(256)
            .set_max_functions(256)
            .set_max_modules(0)
            .set_strict_variables(true)
            .set_optimization_level(OptimizationLevel::None)
            .set_fail_on_invalid_map_property(true)
            .disable_symbol("eval")
            .disable_symbol("import")
            .disable_symbol("export");
        // `disable_symbol` does not reach functions; `sleep` would ignore the deadline.
        engine.register_fn("sleep", |_: INT| refuse_sleep());
        engine.register_fn("sleep", |_: rust_decimal::Decimal| refuse_sleep());
        // What `print` and `debug` say has no place: `log` has.
        engine.on_print(|_| {}).on_debug(|_, _, _| {});
        library::register(&mut engine);
        let (started, deadline) = (Instant::now(), Arc::new(AtomicU64::new(u64::MAX)));
        let limit = deadline.clone();
        engine.on_progress(move |operations| {
            let due =
                operations % 64 == 0 && started.elapsed().as_millis() as u64 > limit.load(Ordering::Relaxed);
            due.then(|| Dynamic::from(DEADLINE))
        });
        Sandbox { engine, started, deadline }
    }

    /// Starts the clock of a call.
    pub fn start(&self, limit: Duration) {
        let end = self.started.elapsed() + limit;
        self.deadline.store(end.as_millis() as u64, Ordering::Relaxed);
    }
}

fn refuse_sleep() -> Result<(), Box<EvalAltResult>> {
    Err(EvalAltResult::ErrorRuntime("sleep is not available".into(), Position::NONE).into())
}

/// Engines that wait for the next call; making one costs most of a millisecond.
pub struct Pool {
    limits: Limits,
    idle: Mutex<Vec<Sandbox>>,
}

impl Pool {
    /// An empty pool.
    pub fn new(limits: Limits) -> Pool {
        Pool { limits, idle: Mutex::new(Vec::new()) }
    }

    /// Lends an engine to `work`.
    pub fn with<T>(&self, work: impl FnOnce(&Sandbox) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let sandbox = idle.unwrap_or_else(|| Sandbox::new(&self.limits));
        let result = work(&sandbox);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(sandbox);
        result
    }
}
