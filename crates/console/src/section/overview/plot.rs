//! Bars by day, drawn here: SVG without a style or a script.

use askama::Template;

use crate::visit::Visit;

const HEIGHT: u64 = 120;
const STEP: u64 = 44;

/// Plots beside each other.
#[derive(Template)]
#[template(path = "console/plots.html")]
pub(super) struct Plots {
    pub(super) plots: Vec<Plot>,
}

/// Bars by day.
pub(super) struct Plot {
    title: String,
    summary: String,
    total: u64,
    width: u64,
    bars: Vec<Bar>,
}

struct Bar {
    day: String,
    /// Month and day, below the bar.
    label: String,
    number: u64,
    left: u64,
    top: u64,
    height: u64,
}

impl Plot {
    pub(super) fn new(visit: &Visit, title: &str, summary: &str, days: &[(String, u64)]) -> Self {
        let most = days
            .iter()
            .map(|(_, number)| *number)
            .max()
            .unwrap_or_default();
        let total = days.iter().map(|(_, number)| *number).sum();
        let bars = days.iter().zip(0_u64..).map(|((day, number), at)| {
            let scaled = number.saturating_mul(HEIGHT).checked_div(most);
            let height = match scaled.unwrap_or_default() {
                // One is seen also beside a million.
                0 if *number > 0 => 2,
                height => height,
            };
            Bar {
                label: day.get(5..).unwrap_or_default().to_owned(),
                day: day.clone(),
                number: *number,
                left: at * STEP,
                top: HEIGHT - height + 16,
                height,
            }
        });
        let bars: Vec<_> = bars.collect();
        Self {
            title: visit.say(title),
            summary: visit.text.count(summary, total),
            total,
            width: u64::try_from(bars.len()).unwrap_or_default() * STEP,
            bars,
        }
    }
}
