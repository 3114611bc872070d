//! Live news for people: something that concerns them was committed, here or by another process. News carries
//! nothing but its topic: whoever hears it asks again, with the rights in force. One that is lost (a process that
//! died between its commit and the message) is made good by whoever asks now and then anyway.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{broadcast, mpsc};
use uuid::Uuid;

/// Listeners of one user: a browser uses one for all of its tabs.
const MOST: usize = 16;
/// News that a slow listener may fall behind; one that falls further is told everything.
const BEHIND: usize = 8;
/// Users that one message of PostgreSQL names: it carries at most 8,000 bytes.
const NAMED: usize = 200;

/// What is to be asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// What the system told the user.
    Notifications,
    /// What waits for the user, or became of what the user submitted.
    Tasks,
    /// Who is signed in, and may do what.
    Rights,
}

impl Topic {
    /// All there are.
    pub const ALL: [Topic; 3] = [Topic::Notifications, Topic::Tasks, Topic::Rights];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Topic::Notifications => "notifications",
            Topic::Tasks => "tasks",
            Topic::Rights => "rights",
        }
    }
}

/// Who listens in this process.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<HashMap<Uuid, broadcast::Sender<Topic>>>);

impl Listeners {
    /// What concerns a user from now on; `None` where too many listen already.
    pub fn listen(&self, user: Uuid) -> Option<broadcast::Receiver<Topic>> {
        let mut listening = self.lock();
        let sender = listening.entry(user).or_insert_with(|| broadcast::channel(BEHIND).0);
        (sender.receiver_count() < MOST).then(|| sender.subscribe())
    }

    /// Tells one user; forgets who does not listen any more.
    fn tell(&self, topic: Topic, user: Uuid) {
        let mut listening = self.lock();
        if listening.get(&user).is_some_and(|sender| sender.send(topic).is_err()) {
            listening.remove(&user);
        }
    }

    /// Tells everybody who listens.
    pub fn tell_all(&self, topic: Topic) {
        self.lock().retain(|_, sender| sender.send(topic).is_ok());
    }

    /// Tells everybody everything: nobody knows what was missed.
    pub fn missed(&self) {
        Topic::ALL.into_iter().for_each(|topic| self.tell_all(topic));
    }

    /// Tells those whom a message of another process names.
    pub fn hear(&self, message: &str) {
        let mut words = message.split(' ');
        let Some(topic) = words.next().and_then(|name| Topic::ALL.into_iter().find(|it| it.name() == name))
        else {
            return;
        };
        words.filter_map(|user| user.parse().ok()).for_each(|user| self.tell(topic, user));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, broadcast::Sender<Topic>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way of news from a commit to those who listen.
#[derive(Clone)]
pub(crate) enum Outlet {
    /// SQLite: the listeners of this process are all there are.
    Here(Arc<Listeners>),
    /// PostgreSQL: through the database to every process. After the commit, and on a connection of its own: commits
    /// that notify wait for each other.
    Wire(mpsc::UnboundedSender<(Topic, Uuid)>),
}

impl Outlet {
    pub fn tell(&self, topic: Topic, users: &[Uuid]) {
        for user in users {
            match self {
                Outlet::Here(listeners) => listeners.tell(topic, *user),
                // Without its receiver the database is closed, and nobody listens.
                Outlet::Wire(sender) => drop(sender.send((topic, *user))),
            }
        }
    }
}

/// What is said to other processes of this news, each person once a topic.
pub(crate) fn messages(news: &[(Topic, Uuid)]) -> Vec<String> {
    let mut messages = Vec::new();
    for topic in Topic::ALL {
        let mut users: Vec<_> = news.iter().filter(|(of, _)| *of == topic).map(|(_, user)| *user).collect();
        users.sort_unstable();
        users.dedup();
        for some in users.chunks(NAMED) {
            let named = some.iter().map(|user| format!(" {user}"));
            messages.push(std::iter::once(topic.name().to_owned()).chain(named).collect());
        }
    }
    messages
}
