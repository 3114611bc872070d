//! Two databases that differ only in what a person may not know answer that person alike.

use crate::answer;
use crate::ask::{Ask, Asker};
use crate::dice::{Dice, setting};
use crate::hidden;
use crate::kept;
use crate::roles::Right;
use crate::site::{Site, Size};
use crate::world::{Person, World};
use test_support::TestDatabase;

const SIZE: Size = Size { people: 5, roles: 8 };

#[test]
fn what_is_hidden_cannot_be_learned_sqlite() {
    run(Some(TestDatabase::sqlite()));
}

#[test]
fn what_is_hidden_cannot_be_learned_postgres() {
    run(TestDatabase::postgres());
}

fn run(place: Option<TestDatabase>) {
    let seed = setting("LIFELOOM_RIGHTS_SEED", 1);
    let rounds = setting("LIFELOOM_RIGHTS_ROUNDS", 1);
    let dialect = place.as_ref().map(TestDatabase::dialect);
    let mut place = place;
    for round in 0..rounds {
        crate::on(place.take(), |place| compare(place, seed + round));
        place = dialect.and_then(crate::again);
    }
}

async fn compare(place: TestDatabase, seed: u64) {
    let mut site = Site::open(&place, seed, &SIZE).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut dice = Dice::new(seed ^ 0xA5A5);
    let requests = setting("LIFELOOM_RIGHTS_REQUESTS", 120);
    let mut broken: Vec<String> = Vec::new();
    let (mut asked, mut told) = (0, 0);
    for person in 0..site.people.len() {
        let who = site.people[person].clone();
        let mut asks = kept::some(&mut site, &mut dice, &client, person).await;
        {
            let mut asker = Asker { dice: &mut dice, site: &site, who: &who };
            asks.extend((0..requests).map(|_| asker.next()));
        }
        asked += asks.len();
        let mut before = Vec::with_capacity(asks.len());
        for ask in &asks {
            before.push(answer::to(&site, &client, person, ask).await);
        }
        hidden::change(&mut site, &mut dice, &who).await;
        for (ask, before) in asks.iter().zip(before) {
            let after = answer::to(&site, &client, person, ask).await;
            told += usize::from(before.starts_with('2') || before.starts_with("Ok"));
            if before != after {
                broken.push(format!(
                    "{} asks {ask:?}\n{}",
                    describe(&who, &site.world),
                    difference(&before, &after)
                ));
            }
            if let Some(name) = named(&site.world, &who, ask, &after) {
                broken.push(format!(
                    "{} asks {ask:?}\n`{name}` is named, which nobody told: {}",
                    describe(&who, &site.world),
                    around(&after, name)
                ));
            }
            assert!(!after.starts_with("500"), "{ask:?}\n{after}");
        }
    }
    println!(
        "{} seed {seed}: {} people, {asked} requests, {told} of them answered",
        place.dialect(),
        site.people.len()
    );
    site.close().await;
    let first: Vec<&str> =
        broken.iter().take(setting("LIFELOOM_RIGHTS_SHOWN", 8) as usize).map(String::as_str).collect();
    assert!(
        broken.is_empty(),
        "seed {seed} on {}: {} answers tell what is hidden\n{}",
        place.dialect(),
        broken.len(),
        first.join("\n==========\n")
    );
}

fn describe(who: &Person, world: &World) -> String {
    let roles: Vec<String> = who.roles.iter().map(|place| crate::roles::yaml(&world.roles[*place])).collect();
    match setting("LIFELOOM_RIGHTS_ROLES", 0) {
        0 => who.login.clone(),
        _ => format!("{}\n{}", who.login, roles.join("\n")),
    }
}

/// The answer around a word.
fn around(answer: &str, word: &str) -> String {
    let chars: Vec<char> = answer.chars().collect();
    let place = answer.find(word).map_or(0, |at| answer[..at].chars().count());
    chars[place.saturating_sub(120)..chars.len().min(place + 120)].iter().collect()
}

/// Both answers around the first place where they differ.
fn difference(before: &str, after: &str) -> String {
    let (a, b): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let place = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let around = |all: &[char]| -> String {
        all[place.saturating_sub(120)..all.len().min(place + 160)].iter().collect()
    };
    format!("before: …{}…\nafter:  …{}…", around(&a), around(&b))
}

/// A hidden field whose name stands in an answer though it did not stand in the question.
fn named(world: &World, who: &Person, ask: &Ask, answer: &str) -> Option<&'static str> {
    let asked = format!("{ask:?}");
    let own = |name: &str| name.as_bytes().get(1) == Some(&b'_');
    Site::field_names()
        .filter(|(object, field)| own(field) && world.right(who, object, field) == Right::Hidden)
        .map(|(_, field)| field)
        .find(|field| holds_word(answer, field) && !asked.contains(field))
}

/// Whether the text holds the word as a whole.
fn holds_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(part);
        let after = text[at + word.len()..].chars().next().is_some_and(part);
        !before && !after
    })
}
