//! What kinds of refusals there are.

/// What kind of refusal a code is. The server maps it to a status, the command line to an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The definitions are wrong.
    Check,
    /// The request is wrong in form.
    Malformed,
    /// Nobody is signed in.
    Unauthenticated,
    /// Known, but not permitted.
    Forbidden,
    /// Unknown, or not visible: the same answer.
    NotFound,
    /// The address does not take this method.
    Method,
    /// The state moved on, or a duplicate.
    Conflict,
    /// The version the caller saw is no longer current.
    Stale,
    /// The request is too large.
    TooLarge,
    /// The body's media type is not read.
    MediaType,
    /// The request did not arrive in time.
    TooSlow,
    /// A rule of the business is violated.
    Rule,
    /// The object demands a version.
    PreconditionRequired,
    /// The caller asks too often.
    TooMany,
    /// A defect of the product.
    Internal,
    /// Another system did not do what it was asked.
    Gateway,
    /// Not now: the service or its database is not ready.
    Unavailable,
    /// No room left to write.
    NoSpace,
    /// The machine refuses: port, file, disk, database.
    Environment,
}
