//! Finds the known key that a mistyped one was probably meant to be.
//!
//! Optimal string alignment distance: insertions, deletions, replacements and swapped neighbours count one
//! each. A candidate further away than a third of its length is no help and is not named.

/// The nearest of `known`, if any is near enough.
pub(super) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let leaf = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    known
        .into_iter()
        .map(|name| {
            // The right key in the wrong section is near as well.
            let misplaced = leaf(name) == leaf(typed);
            (if misplaced { 1 } else { distance(typed, name) }, name)
        })
        .min_by_key(|(steps, _)| *steps)
        .filter(|(steps, name)| *steps <= name.chars().count().div_ceil(3))
        .map(|(_, name)| name)
}

/// Steps from one text to the other.
pub(super) fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
