//! The figures as an aligned table, as Markdown and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::cell::{Cell, Side, median};
use crate::cold_start::ColdStart;
use crate::driver::Measurement;
use crate::scenario::isolation::{Isolation, PEOPLE_AT_THE_DOOR};
use crate::table::Table;

/// Everything one run found out.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) environment: Environment,
    pub(crate) cells: Vec<Cell>,
    pub(crate) isolation: Vec<Isolation>,
    pub(crate) cold_start: Option<ColdStart>,
    pub(crate) memory: MemoryOverall,
    /// What could not be measured, and why.
    pub(crate) gaps: Vec<String>,
}

/// What the figures depend on.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    /// The kind alone: a database URL may hold a password.
    pub(crate) database: String,
    pub(crate) seconds: f64,
    pub(crate) rounds: u32,
    pub(crate) binary_bytes: Option<u64>,
}

/// Resident memory of the server over the whole run, in KiB.
#[derive(Debug, Default)]
pub(crate) struct MemoryOverall {
    pub(crate) idle: Option<u64>,
    pub(crate) peak: Option<u64>,
    pub(crate) after_load: Option<u64>,
}

impl Report {
    /// The most memory that the server had in any measurement, in KiB.
    pub(crate) fn peak(&self) -> Option<u64> {
        let cells = self.cells.iter().filter(|cell| cell.side == Side::Server);
        let peaks = cells.map(|cell| cell.usage.peak);
        peaks
            .chain(self.isolation.iter().map(|isolation| isolation.peak))
            .flatten()
            .max()
    }

    pub(crate) fn text(&self) -> String {
        self.written(Table::text)
    }

    pub(crate) fn markdown(&self) -> String {
        self.written(Table::markdown)
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "environment": {
                "processor": self.environment.processor,
                "cores": self.environment.cores,
                "database": self.environment.database,
                "seconds_per_cell": self.environment.seconds,
                "rounds": self.environment.rounds,
                "binary_bytes": self.environment.binary_bytes,
            },
            "cells": self.cells.iter().map(cell_json).collect::<Vec<_>>(),
            "isolation": self.isolation.iter().map(isolation_json).collect::<Vec<_>>(),
            "cold_start": self.cold_start.as_ref().map(|start| json!({
                "milliseconds": start.milliseconds,
                "median_milliseconds": median(&start.milliseconds),
                "median_idle_kibibytes": median(&start.idle_kibibytes),
            })),
            "memory_kibibytes": {
                "idle": self.memory.idle,
                "peak": self.memory.peak,
                "after_load": self.memory.after_load,
            },
            "gaps": self.gaps,
        })
    }

    fn written(&self, table: fn(&Table) -> String) -> String {
        let mut out = self.environment_line();
        if !self.cells.is_empty() {
            write!(out, "\n\n{}", table(&self.cell_table())).ok();
        }
        if !self.isolation.is_empty() {
            write!(
                out,
                "\n\nclient_credentials beside {PEOPLE_AT_THE_DOOR} people who sign in without \
                 pause (times: median of the rounds)\n\n{}",
                table(&self.isolation_table())
            )
            .ok();
        }
        let overall = self.start_and_memory_table();
        if !overall.is_empty() {
            write!(out, "\n\n{}", table(&overall)).ok();
        }
        out.push('\n');
        for cell in &self.cells {
            push_failures(
                &mut out,
                &cell.scenario,
                cell.concurrency,
                &cell.measurement,
            );
        }
        for isolation in &self.isolation {
            push_failures(
                &mut out,
                "isolation",
                isolation.concurrency,
                &isolation.busy,
            );
            push_failures(
                &mut out,
                "sign-ins beside",
                PEOPLE_AT_THE_DOOR,
                &isolation.sign_ins,
            );
        }
        for gap in &self.gaps {
            write!(out, "\nnot measured: {gap}").ok();
        }
        out
    }

    fn environment_line(&self) -> String {
        let Environment {
            processor,
            cores,
            database,
            seconds,
            rounds,
            ..
        } = &self.environment;
        // The processes of a database server are not ours to count.
        let uncounted = match database.starts_with("postgres") {
            true => " (its CPU time and memory are not in the figures)",
            false => "",
        };
        format!(
            "{processor}, {cores} cores shared by server and driver; database {database}{uncounted}; \
             {seconds} s a cell, {rounds} rounds where two sides are compared"
        )
    }

    fn cell_table(&self) -> Table {
        let mut table = Table::new(&[
            "scenario",
            "users",
            "ops/s",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "CPU us/op",
            "driver us/op",
            "peak MiB",
            "errors",
            "of limit",
        ]);
        for cell in &self.cells {
            let name = match cell.side {
                Side::Server => cell.scenario.clone(),
                Side::Limit => format!("  limit of {}", cell.scenario),
                Side::Small => format!("  {} with ten users", cell.scenario),
            };
            let ratio = match cell.ratios.as_slice() {
                [] => String::new(),
                ratios => format!("{:.1} %", median(ratios) * 100.0),
            };
            table.push(vec![
                name,
                cell.concurrency.to_string(),
                format!("{:.0}", cell.measurement.throughput()),
                milliseconds(&cell.measurement, 0.5),
                milliseconds(&cell.measurement, 0.99),
                milliseconds(&cell.measurement, 0.999),
                figure(cell.server_cpu_per_operation()),
                figure(cell.driver_cpu_per_operation()),
                figure(cell.usage.peak.map(mebibytes)),
                cell.measurement.failed().to_string(),
                ratio,
            ]);
        }
        table
    }

    fn isolation_table(&self) -> Table {
        let mut table = Table::new(&[
            "users",
            "idle p99 ms",
            "busy p99 ms",
            "times",
            "idle ops/s",
            "busy ops/s",
            "sign-ins/s",
            "sign-in errors",
            "errors",
        ]);
        for isolation in &self.isolation {
            table.push(vec![
                isolation.concurrency.to_string(),
                milliseconds(&isolation.idle, 0.99),
                milliseconds(&isolation.busy, 0.99),
                format!("{:.2}", median(&isolation.ratios)),
                format!("{:.0}", isolation.idle.throughput()),
                format!("{:.0}", isolation.busy.throughput()),
                format!("{:.1}", isolation.sign_ins.throughput()),
                isolation.sign_ins.failed().to_string(),
                (isolation.idle.failed() + isolation.busy.failed()).to_string(),
            ]);
        }
        table
    }

    fn start_and_memory_table(&self) -> Table {
        let mut table = Table::new(&["start and memory", "figure", "unit"]);
        let mut row = |name: &str, value: Option<f64>, unit: &str| {
            if value.is_some() {
                table.push(vec![name.to_owned(), figure(value), unit.to_owned()]);
            }
        };
        if let Some(start) = &self.cold_start {
            let extreme =
                |pick: fn(f64, f64) -> f64| start.milliseconds.iter().copied().reduce(pick);
            row(
                "cold start, median",
                Some(median(&start.milliseconds)),
                "ms",
            );
            row("cold start, fastest", extreme(f64::min), "ms");
            row("cold start, slowest", extreme(f64::max), "ms");
            row(
                "idle after a cold start",
                Some(median(&start.idle_kibibytes) / 1024.0),
                "MiB",
            );
        }
        row(
            "idle before the load",
            self.memory.idle.map(mebibytes),
            "MiB",
        );
        row("peak under load", self.memory.peak.map(mebibytes), "MiB");
        row(
            "after the load",
            self.memory.after_load.map(mebibytes),
            "MiB",
        );
        row(
            "binary",
            self.environment
                .binary_bytes
                .map(|bytes| bytes as f64 / 1048576.0),
            "MiB",
        );
        table
    }
}

fn cell_json(cell: &Cell) -> Value {
    json!({
        "scenario": cell.scenario,
        "side": match cell.side { Side::Limit => "limit", Side::Server => "server", Side::Small => "small" },
        "concurrency": cell.concurrency,
        "measurement": measurement_json(&cell.measurement),
        "server_cpu_microseconds_per_operation": cell.server_cpu_per_operation(),
        "driver_cpu_microseconds_per_operation": cell.driver_cpu_per_operation(),
        "peak_kibibytes": cell.usage.peak,
        "ratios_to_limit": cell.ratios,
        "ratio_to_limit": (!cell.ratios.is_empty()).then(|| median(&cell.ratios)),
    })
}

fn isolation_json(isolation: &Isolation) -> Value {
    json!({
        "concurrency": isolation.concurrency,
        "idle": measurement_json(&isolation.idle),
        "busy": measurement_json(&isolation.busy),
        "sign_ins": measurement_json(&isolation.sign_ins),
        "peak_kibibytes": isolation.peak,
        "p99_ratios": isolation.ratios,
        "p99_ratio": median(&isolation.ratios),
    })
}

fn measurement_json(measurement: &Measurement) -> Value {
    let failures: serde_json::Map<_, _> = measurement
        .failures
        .iter()
        .map(|(label, (count, first))| (label.clone(), json!({ "count": count, "first": first })))
        .collect();
    let quantile = |quantile| measurement.latency.value_at_quantile(quantile);
    json!({
        "seconds": measurement.elapsed.as_secs_f64(),
        "operations": measurement.succeeded(),
        "operations_per_second": measurement.throughput(),
        "answers": measurement.traffic.answers,
        "answer_bytes": measurement.traffic.bytes,
        "latency_microseconds": {
            "mean": measurement.latency.mean(),
            "p50": quantile(0.5),
            "p99": quantile(0.99),
            "p99_9": quantile(0.999),
            "max": measurement.latency.max(),
        },
        "failed": measurement.failed(),
        "failures": failures,
    })
}

fn push_failures(out: &mut String, scenario: &str, users: usize, measurement: &Measurement) {
    for (label, (count, first)) in &measurement.failures {
        write!(out, "\n{scenario} at {users}: {count} x {label} {first}").ok();
    }
}

/// Empty when nothing succeeded, so that no latency of zero is shown.
fn milliseconds(measurement: &Measurement, quantile: f64) -> String {
    let value = measurement.latency.value_at_quantile(quantile) as f64 / 1e3;
    figure((measurement.succeeded() > 0).then_some(value))
}

/// Three significant figures or so; a dash for what is not known.
fn figure(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value >= 100.0 => format!("{value:.0}"),
        Some(value) if value >= 10.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.2}"),
    }
}

fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_a_dash_and_not_a_zero() {
        assert_eq!(figure(None), "-");
        assert_eq!(milliseconds(&Measurement::new(), 0.99), "-");
        assert_eq!(
            [
                figure(Some(1.234)),
                figure(Some(12.34)),
                figure(Some(1234.4))
            ],
            ["1.23", "12.3", "1234"]
        );
    }

    #[test]
    fn a_gap_is_shown_in_every_form() {
        let report = Report {
            gaps: vec!["refresh: 500".to_owned()],
            ..Report::default()
        };
        assert!(report.text().contains("not measured: refresh: 500"));
        assert!(report.markdown().contains("not measured: refresh: 500"));
        assert_eq!(report.json()["gaps"][0], "refresh: 500");
    }
}
