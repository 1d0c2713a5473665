package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/cloud/aws"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

// carriers say what one call to each cloud can carry.
var carriers = map[principal.Provider]reconcile.Carrier{principal.AWS: aws.Carrier}

// limits say how many calls each cloud takes.
var limits = map[principal.Provider]reconcile.Limits{principal.AWS: aws.Limits()}

// clouds is the way into the clouds for one run. Nothing is called before the
// first account is entered.
type clouds struct {
	aws     *aws.Cloud
	options run.Options
	// limits say how many calls each cloud takes in this run; ownRates, that these are
	// not the documented ones.
	limits   map[principal.Provider]reconcile.Limits
	ownRates bool
	// display begins a new display of progress; progress is the present one. Close
	// it before writing anything else.
	display  func() *report.Progress
	progress *report.Progress
	// noteAmbient says to tell where nothing but amisync itself keeps a run that
	// only reads from writing.
	noteAmbient bool
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
	buckets, err := t.rates(c)
	if err != nil {
		return nil, err
	}
	mode := report.Quiet
	kind, _ := t.env("TERM")
	switch {
	case level <= slog.LevelInfo && t.errTerminal && kind != "dumb":
		mode = report.Live
	case level <= slog.LevelInfo:
		mode = report.Lines
	}
	clouds := &clouds{limits: limitsAt(buckets), ownRates: !maps.Equal(buckets, aws.Limits().Buckets)}
	clouds.display = func() *report.Progress {
		progress := report.NewProgress(t.err, mode, t.errWidth, t.now, paces(buckets))
		if clouds.ownRates {
			progress.OwnRates()
		}
		return progress
	}
	clouds.progress = clouds.display()
	clouds.noteAmbient = level <= slog.LevelInfo && slices.Contains([]string{"plan", "drift", "import"}, c.Command.Name)
	clouds.aws = aws.New(aws.Options{Actor: t.actor(), Run: t.runName(), Buckets: buckets, Stop: t.signals.stop, Log: slog.New(slog.NewTextHandler(clouds, &slog.HandlerOptions{Level: level}))})
	clouds.options = run.Options{Parallel: parallel, Watch: clouds.watch, Stop: t.signals.stop, Now: t.now}
	return clouds, nil
}

func (c *clouds) watch(e run.Event) { c.progress.Watch(e) }

// Write writes a line of the log without mixing it into the display.
func (c *clouds) Write(line []byte) (int, error) {
	_, err := c.progress.Write([]byte(report.Safe(strings.TrimSuffix(string(line), "\n")) + "\n"))
	return len(line), err
}

// runName tells runs apart in the audit trail: the CI job and its attempt where
// there is one, else the time.
func (t *tool) runName() string {
	id, inCI := t.env("GITHUB_RUN_ID")
	if !inCI {
		return t.now().UTC().Format("20060102T150405Z")
	}
	if attempt, _ := t.env("GITHUB_RUN_ATTEMPT"); attempt != "" {
		id += "-" + attempt
	}
	return "github-" + id
}

// actor is who runs amisync, for the audit trail; empty where nobody says.
func (t *tool) actor() string {
	for _, name := range []string{"AMISYNC_ACTOR", "GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "LOGNAME"} {
		if actor, _ := t.env(name); actor != "" {
			return actor
		}
	}
	return ""
}

func (c *clouds) openReader(ctx context.Context, owner reconcile.Owner) (run.Reader, error) {
	reader, err := c.aws.OpenReader(ctx, owner)
	if err != nil {
		return nil, err
	}
	// One owner at most: ambient credentials lead to one account.
	if c.noteAmbient && owner.Role == "" {
		fmt.Fprintf(c, "note: OwnerAccount %s has no role: amisync only reads here, but IAM does not enforce it; give it a role\n", owner.Name)
	}
	return reader, nil
}

func (c *clouds) openWriter(ctx context.Context, owner reconcile.Owner, images []principal.Image) (run.Writer, error) {
	writer, err := c.aws.OpenWriter(ctx, owner, images)
	if err != nil {
		return nil, err
	}
	return writer, nil
}
