//! People whom the initiator, or an earlier approver, names for a step.

use super::{active, matching};
use crate::flow::variable::{self, Known};
use crate::flow::{decision, values};
use crate::records::read;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;
use workflow::step::Step;
use workflow::step::choose::Choose;
use workflow::step::each::Each;
use workflow::{Flow, NodeId, Picked, Picker, Picks, Run};

/// Step → the people who are named for it, as somebody sent it.
pub type Named = BTreeMap<String, Vec<Uuid>>;

/// Takes the people whom the initiator (`at` is `None`) or the approver of a node names. Whoever is asked must name
/// people for every step ahead that waits for that, as the record stands now: a branch that is not taken asks for none.
///
/// # Errors
/// At `picks.<step>`: `unknown_parameter` for a step for which this one names nobody, `required`, `too_few_children`,
/// `too_many_children`, `not_choosable` for somebody who is not among those the step takes.
pub(crate) async fn take(work: &Work, run: &mut Run<'_>, at: Option<NodeId>, named: &Named) -> Result<()> {
    let flow = run.flow;
    let asked: Vec<NodeId> = (0..flow.nodes.len()).filter(|node| asks(run, *node, at)).collect();
    if asked.is_empty() && named.is_empty() {
        return Ok(());
    }
    let known = seen_at(run, at);
    let mut found = Vec::new();
    for (name, people) in named {
        let node = asked.iter().find(|node| *flow.nodes[**node].name == **name);
        let Some((node, picked)) = node.and_then(|node| Some((*node, flow.picked(*node)?))) else {
            let known = asked.iter().map(|node| &*flow.nodes[*node].name);
            let path = format!("picks.{name}");
            let unknown = Diagnostic::new(Code::UnknownParameter).with("name", &path).at(path);
            found.push(unknown.with_hint(did_you_mean(name, known)));
            continue;
        };
        let mut people = people.clone();
        let mut seen = std::collections::HashSet::new();
        people.retain(|user| seen.insert(*user));
        match wrong(work, run, node, picked, &people, &known).await? {
            Some(code) => found.push(refused(code, name, picked)),
            None => drop(run.instance.picks.insert(flow.nodes[node].name.clone(), people)),
        }
    }
    for node in ahead(work, run, at, known).await? {
        let name = &flow.nodes[node].name;
        let missing =
            asked.contains(&node) && !run.instance.picks.contains_key(name) && !named.contains_key(&**name);
        if let Some(picked) = flow.picked(node).filter(|picked| missing && picked.min > 0) {
            found.push(refused(Code::Required, name, picked));
        }
    }
    Diagnostic::gather(found).map_or(Ok(()), |found| Err(Box::new(found)))
}

/// Those of the people named in a flow whom the initiator names in another version of it, too.
pub(in crate::flow) fn of_initiator(flow: &Flow, picks: &Picks) -> Named {
    let by_initiator =
        |node: &NodeId| flow.picked(*node).is_some_and(|picked| picked.by == Picker::Initiator);
    let named = picks.iter().filter(|(node, _)| flow.find(node).as_ref().is_some_and(by_initiator));
    named.map(|(node, people)| (node.to_string(), people.clone())).collect()
}

/// Out of so many people one chooses from a list; more are looked for.
const OFFERED: usize = 100;

/// `[{"node", "min", "max", "among"}]`: for which steps ahead whoever approves a node names people, and among whom;
/// `None`: the initiator.
pub(crate) async fn told(work: &Work, run: &Run<'_>, at: Option<NodeId>) -> Result<Json> {
    let flow = run.flow;
    if !(0..flow.nodes.len()).any(|node| asks(run, node, at)) {
        return Ok(json!([]));
    }
    let known = seen_at(run, at);
    let mut nodes = ahead(work, run, at, known.clone()).await?;
    nodes.sort_unstable();
    let mut told = Vec::new();
    for node in nodes.into_iter().filter(|node| asks(run, *node, at)) {
        let Some(picked) = flow.picked(node) else { continue };
        let name = &flow.nodes[node].name;
        let among = among(work, run, name, &known, picked).await?;
        told.push(json!({"node": name, "min": picked.min, "max": picked.max, "among": among}));
    }
    Ok(Json::Array(told))
}

/// Those who can be named for a step, as far as the reader may know them; null where that is everybody, or are many.
async fn among(
    work: &Work,
    run: &Run<'_>,
    node: &str,
    known: &Known,
    picked: &Picked,
) -> Result<Option<Vec<Json>>> {
    let Some(from) = picked.from.as_deref() else { return Ok(None) };
    let found = matching(work, run, node, known, std::slice::from_ref(from)).await?;
    if found.len() > OFFERED {
        return Ok(None);
    }
    let people = read::people(work, found.iter().map(|person| person.user)).await?;
    let told = found.iter().map(|person| people.of(Some(person.user)));
    Ok(Some(told.filter(|person| !person.is_null()).collect()))
}

/// Whether people for a node are named here.
fn asks(run: &Run<'_>, node: NodeId, at: Option<NodeId>) -> bool {
    let by_initiator = |picked: &Picked| picked.by == Picker::Initiator;
    match run.flow.picked(node) {
        None => false,
        Some(picked) if by_initiator(picked) => at.is_none(),
        Some(_) => at.is_some() && run.flow.picker(node) == at,
    }
}

fn refused(code: Code, node: &str, picked: &Picked) -> Diagnostic {
    let path = format!("picks.{node}");
    let found = Diagnostic::new(code).with("field", &path).with("min", picked.min);
    found.with("max", picked.max).at(path)
}

/// What is wrong with the people named for a node. Somebody unknown is told no other than somebody who is not meant.
async fn wrong(
    work: &Work,
    run: &Run<'_>,
    node: NodeId,
    picked: &Picked,
    people: &[Uuid],
    known: &Known,
) -> Result<Option<Code>> {
    if people.is_empty() && picked.min > 0 {
        return Ok(Some(Code::Required));
    }
    if people.len() < picked.min {
        return Ok(Some(Code::TooFewChildren));
    }
    if people.len() > picked.max {
        return Ok(Some(Code::TooManyChildren));
    }
    let meant = match &picked.from {
        Some(from) => {
            let rules = std::slice::from_ref(&**from);
            let found = matching(work, run, &run.flow.nodes[node].name, known, rules).await?;
            found.into_iter().map(|person| person.user).collect()
        }
        None => active(work, people).await?,
    };
    let foreign = people.iter().any(|user| !meant.contains(user));
    Ok(foreign.then_some(Code::NotChoosable))
}

/// The variables that the steps behind a node know, or those of the flow.
fn seen_at(run: &Run<'_>, node: Option<NodeId>) -> Known {
    let name = node.map(|node| &run.flow.nodes[node].name);
    let at = run.instance.tokens.iter().rfind(|token| Some(&token.node) == name && token.state.is_live());
    variable::seen(run, at.map(|token| token.id))
}

/// The nodes behind one, or all of a flow, that are reached as far as can be told now. What decision tables will answer is
/// asked beforehand, and what is set is taken as set: a step is looked at behind those before it in its sequence.
async fn ahead(work: &Work, run: &Run<'_>, behind: Option<NodeId>, mut known: Known) -> Result<Vec<NodeId>> {
    let flow = run.flow;
    let mut found = Vec::new();
    let mut open: Vec<NodeId> = match behind {
        None => flow.scopes[0].first.into_iter().collect(),
        Some(node) => flow.following(node).into_iter().collect(),
    };
    while let Some(node) = open.pop() {
        if found.contains(&node) {
            continue;
        }
        found.push(node);
        match &flow.nodes[node].step {
            Step::End(_) => continue,
            Step::Goto(goto) => {
                open.extend(flow.find(&goto.target));
                continue;
            }
            Step::Choose(Choose { cases }) | Step::Each(Each { cases }) => {
                let taken = values::cases_that_hold(work, run, node, &known).await?;
                open.extend(taken.into_iter().filter_map(|case| flow.scopes[cases[case].scope].first));
            }
            Step::Decide(step) => {
                if let Ok((values, _)) = decision::answered(work, run, step, &known).await {
                    known.extend(values.into_iter().map(|(name, value)| (name.to_string(), value)));
                }
            }
            Step::Set(step) => {
                if let Ok(values) = values::assigned(work, run, &known, &step.variables).await {
                    let values = values.iter().map(|(name, kept)| (name.to_string(), variable::value(kept)));
                    known.extend(values);
                }
            }
            _ => {
                let inner = flow.scopes.iter().filter(|scope| scope.owner == Some(node));
                open.extend(inner.filter_map(|scope| scope.first));
            }
        }
        open.extend(flow.following(node));
    }
    Ok(found)
}
