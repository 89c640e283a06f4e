import Evaluation

/// A comparison as one HTML document that needs nothing else: no scripts, no other files.
public enum ComparisonPage {
    /// - Parameter title: the page's name.
    public static func html(_ report: ComparisonReport, title: String) -> String {
        let title = Markup.escaped(title)
        var parts = [
            "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
            "<meta name=\"color-scheme\" content=\"light dark\">", "<title>\(title)</title>",
            "<style>\(style)</style>", "</head>", "<body>", "<h1>\(title)</h1>", introduction(report),
        ]
        for section in Section.all(report.cells) where !section.table.rows.isEmpty {
            parts += ["<section>", "<h2>\(Markup.escaped(section.heading))</h2>", html(section), "</section>"]
        }
        parts += ["<h2>Plots</h2>", "<div class=\"plots\">"]
        parts += ComparisonPlots.all(report).map { figure in
            let kind = figure.isWide ? " class=\"wide\"" : ""
            let caption = "<figcaption>\(Markup.escaped(figure.caption))</figcaption>"
            return "<figure\(kind)>\n<div class=\"scroll\">\(figure.plot)</div>\n\(caption)</figure>"
        }
        parts += ["</div>", "<h2>Conditions</h2>", conditions(report.conditions), "</body>", "</html>"]
        return parts.joined(separator: "\n") + "\n"
    }

    /// A table with its heading and what to look for in it.
    private struct Section {
        var heading: String
        var table: ComparisonTable
        var caption: String

        static func all(_ cells: [CellMeasures]) -> [Section] {
            [
                Section(
                    heading: "How right", table: .accuracy(cells),
                    caption: "PASS@1 is the mean share of a problem's paths that are right, MAJ@M the share of "
                        + "problems whose majority answer is right, PASS@M the share with at least one right path. "
                        + "Higher is better. 95 % is the interval of the number before it: strategies whose "
                        + "intervals overlap much cannot be told apart by these problems."),
                Section(
                    heading: "How fast", table: .speed(cells),
                    caption: "SECONDS is the wall time of all problems. BY TARGET and BY SYNC say how many times as "
                        + "fast as that strategy with the same m (and r): above 1 is faster. PROBLEMS/MIN is "
                        + "throughput, higher is better. P50 and P90 are the seconds that a problem takes, median "
                        + "and nine in ten, lower is better."),
                Section(
                    heading: "What it took", table: .costs(cells),
                    caption: "TAKEN OVER is the share of judged blocks that the target took over; good is near r. "
                        + "TOKENS DRAFT and TARGET are those in blocks that stand, by author. DISCARDED tokens were "
                        + "drafted ahead of a verdict that went against them. DRAFT WAIT is the share of time in "
                        + "which the draft had room but no verdict to go on from; good is 0. R_A is seconds of work "
                        + "for each second of waiting, over all workers; higher is better."),
                Section(
                    heading: "Where the workers' time went", table: .workers(cells),
                    caption: "Shares of each worker's time: COMPUTE it computed, MEMORY some of its work waited for "
                        + "memory of keys and values, SYNC it had nothing to compute. Good is a target that "
                        + "computes nearly always, since it is the slower model."),
            ]
        }
    }

    private static func introduction(_ report: ComparisonReport) -> String {
        "<p>Each row is a cell: one strategy with m paths a problem, a share r of blocks to be taken over, and W "
            + "blocks drafted ahead of verdicts, where the strategy knows them. All cells ran the same problems with "
            + "the same seeds on the same workers.</p>"
            + (report.words.isEmpty ? "" : "\n<p>\(Markup.escaped(report.words.joined(separator: " ")))</p>")
    }

    private static func html(_ section: Section) -> String {
        let table = section.table.naming()
        func row(_ cells: [String], _ tag: String) -> String {
            let cells = zip(cells, table.columns).enumerated().map { place, cell in
                let (text, column) = cell
                let tag = place == 0 ? "th" : tag
                let side = column.isNumber ? " class=\"number\"" : ""
                return "<\(tag)\(side)>\(Markup.escaped(text))</\(tag)>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        let head = row(table.columns.map(\.title), "th")
        let body = table.rows.map { row($0, "td") }.joined(separator: "\n")
        let whole = "<div class=\"scroll\"><table>\n<thead>\(head)</thead>\n<tbody>\n\(body)\n</tbody>\n</table></div>"
        return whole + "\n<p class=\"caption\">\(Markup.escaped(section.caption))</p>"
    }

    private static func conditions(_ conditions: [ComparisonReport.Condition]) -> String {
        let lines = conditions.map { "<dt>\(Markup.escaped($0.name))</dt><dd>\(Markup.escaped($0.value))</dd>" }
        return "<dl>\n\(lines.joined(separator: "\n"))\n</dl>"
    }

    /// What is wider than the window scrolls in its own box, with the cell's name in sight; on paper it is made small
    /// enough. Plots are drawn on white; in the dark they are turned about, colours kept.
    private static let style = """
        :root { color-scheme: light dark; --ground: #ffffff; --line: #8886; }
        @media (prefers-color-scheme: dark) { :root { --ground: #121212; } }
        body { font-family: sans-serif; margin: 1.5em auto; max-width: 76em; padding: 0 1em; line-height: 1.45;
          background: var(--ground); }
        h1 { font-size: 1.6em; line-height: 1.2; overflow-wrap: anywhere; }
        h2 { font-size: 1.25em; margin: 1.4em 0 0.4em; }
        p { max-width: 60em; margin: 0.5em 0; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.92em; }
        th, td { padding: 0.2em 0.7em; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
        th:first-child { position: sticky; left: 0; background: var(--ground); padding-left: 0; }
        tbody th { font-weight: normal; } th.number, td.number { text-align: right; }
        .scroll { overflow-x: auto; }
        .caption, figcaption { font-size: 0.88em; opacity: 0.8; max-width: 60em; }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 34em), 1fr)); gap: 1.6em; }
        figure { margin: 0; min-width: 0; } figure.wide { grid-column: 1 / -1; }
        svg { display: block; width: 100%; height: auto; min-width: 33em; } figure.wide svg { min-width: 48em; }
        dt { font-weight: bold; } dd { margin: 0 0 0.4em 1em; overflow-wrap: anywhere; white-space: pre-wrap; }
        @media (prefers-color-scheme: dark) { svg { filter: invert(0.92) hue-rotate(180deg); } }
        @media (max-width: 40em) {
          body { margin: 0.8em auto; font-size: 0.95em; } th, td { padding: 0.2em 0.5em; }
          tbody th:first-child { white-space: normal; min-width: 7em; }
        }
        @page { margin: 14mm; }
        @media print {
          :root { color-scheme: light; --ground: #ffffff; }
          body { margin: 0; padding: 0; max-width: none; font-size: 9.5pt; }
          table { font-size: 7.5pt; } th, td { padding: 0.15em 0.45em; } thead { display: table-header-group; }
          th:first-child { position: static; }
          .scroll { overflow: visible; } .plots { display: block; }
          figure { display: inline-block; width: 48%; margin: 0 1% 1em 0; vertical-align: top; }
          figure.wide { display: block; width: 100%; }
          svg, figure.wide svg { min-width: 0; filter: none; }
          tr, figure, dt { break-inside: avoid; } h2, thead, dt { break-after: avoid; }
          .caption { break-before: avoid; }
        }
        """
}
