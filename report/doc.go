// Package report shows plans, results, drift, comparisons and diagnoses to
// people and to programs, and shows progress while a run goes on.
//
// Every format is a Writer fed by the same values: what the text says, the JSON
// says too, exactly. A further format is a further Writer known to For; callers
// stay as they are.
//
// The text is built in one way for every document. A document is turned into
// entries, one a line about one image; entries are grouped by lane, and images
// with equal lines are folded under one list that names each of them. Remarks
// (findings, and what could not be read) follow and are never cut. The last
// line counts everything and has a fixed form that scripts may rely on.
//
// Names, notes and error texts come from manifests and clouds and may hold
// anything. All text passes through Safe on its way out, so none of it can
// drive a terminal or forge a line. Colour only repeats what words and signs
// say.
package report
