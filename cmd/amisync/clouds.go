package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/cloud/aws"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

// carriers say what one call to each cloud can carry.
var carriers = map[principal.Provider]reconcile.Carrier{principal.AWS: aws.Carrier}

// clouds is the way into the clouds for one run. Nothing is called before the
// first account is entered.
type clouds struct {
	aws     *aws.Cloud
	options run.Options
	// display begins a new display of progress; progress is the present one. Close
	// it before writing anything else.
	display  func() *report.Progress
	progress *report.Progress
}

// clouds reads the flags that say how to talk to clouds.
func (t *tool) clouds(c *cli.Context) (*clouds, error) {
	level, err := logLevel(c)
	if err != nil {
		return nil, err
	}
	parallel := c.Int("parallel")
	if parallel < 1 {
		return nil, &usageError{message: fmt.Sprintf("--parallel is at least 1, not %d", parallel), command: c.Command}
	}
	mode := report.Quiet
	kind, _ := t.env("TERM")
	switch {
	case level <= slog.LevelInfo && t.errTerminal && kind != "dumb":
		mode = report.Live
	case level <= slog.LevelInfo:
		mode = report.Lines
	}
	clouds := &clouds{display: func() *report.Progress { return report.NewProgress(t.err, mode, t.errWidth, t.now) }}
	clouds.progress = clouds.display()
	clouds.aws = aws.New(aws.Options{Run: t.runName(), Log: slog.New(slog.NewTextHandler(clouds, &slog.HandlerOptions{Level: level}))})
	clouds.options = run.Options{Parallel: parallel, Watch: clouds.watch, Stop: t.signals.stop, Now: t.now}
	return clouds, nil
}

func (c *clouds) watch(e run.Event) { c.progress.Watch(e) }

// Write writes a log without mixing it into the display.
func (c *clouds) Write(text []byte) (int, error) { return c.progress.Write(text) }

// runName tells runs apart in the audit trail: the CI job where there is one,
// else the time.
func (t *tool) runName() string {
	if id, ok := t.env("GITHUB_RUN_ID"); ok {
		return "github-" + id
	}
	return t.now().UTC().Format("20060102T150405Z")
}

func (c *clouds) openReader(ctx context.Context, owner reconcile.Owner) (run.Reader, error) {
	return c.aws.OpenReader(ctx, owner)
}

func (c *clouds) openWriter(ctx context.Context, owner reconcile.Owner, _ []principal.Image) (run.Writer, error) {
	return c.aws.OpenWriter(ctx, owner)
}
