package main

import (
	"context"
	"fmt"
	"io"

	"github.com/amisync/amisync/report"
)

// manyChanges are more than anybody reads, and than a document of any format
// may take long for.
const manyChanges = 20_000

// render measures how a report's time grows with the plan.
func render(ctx context.Context) ([]measurement, error) {
	var all []measurement
	for _, format := range []report.Format{report.Text, report.Markdown, report.HTML} {
		name := "render " + string(format)
		costs, err := bestAlone(ctx, 5, job{name, manyChanges}, job{name, manyChanges / 2})
		if err != nil {
			return nil, err
		}
		all = append(all, held("render", "twice the changes: "+string(format), "s", costs[0].Seconds, costs[1].Seconds, 2.3,
			fmt.Sprintf("%d changes, one an image; bound: with half of them", manyChanges)))
	}
	return all, nil
}

// renderJob writes a plan with so many changes.
func renderJob(format report.Format) func(changes int) (func(context.Context) error, error) {
	return func(changes int) (func(context.Context) error, error) {
		p, err := newEstate(changes, 1).plan(context.Background())
		if err != nil {
			return nil, err
		}
		writer, err := report.For(format, report.PlanDocument)
		return func(context.Context) error { return writer.WritePlan(io.Discard, p, report.Style{}) }, err
	}
}
