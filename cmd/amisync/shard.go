package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

func shardFlag(usage string) cli.Flag { return onceFlag("shard", usage) }

// noteShard tells how many lanes the shard has to look at.
func (l *look) noteShard(c *cli.Context) {
	scope, declarations := l.request.Scope, l.request.Declarations
	l.note(c, "shard %s: %d of %s", scope.Shard, len(scope.Lanes(declarations)), number(len(unsharded(scope).Lanes(declarations)), "lane"))
}

// noteUnsaved tells that there is nothing to merge, where neither --out nor --format
// keeps the shard's plan.
func (l *look) noteUnsaved(c *cli.Context, out string) {
	asJSON := func(format string) bool {
		name, _, _ := strings.Cut(format, "=")
		return report.Format(name) == report.JSON
	}
	if out == "" && !slices.ContainsFunc(c.StringSlice("format"), asJSON) {
		l.note(c, "nothing was saved; give --out shard-%d.json to merge it", l.request.Scope.Shard.Index)
	}
}

// note tells something about the run, where so much is to be told.
func (l *look) note(c *cli.Context, format string, values ...any) {
	if level, err := logLevel(c); err == nil && level <= slog.LevelInfo {
		fmt.Fprintf(l.clouds, "note: "+format+"\n", values...)
	}
}

// unsharded is the scope of all the shards together.
func unsharded(scope reconcile.Scope) reconcile.Scope {
	scope.Shard = reconcile.Part{}
	return scope
}

// shardOutcome is the exit code of a shard's plan. Whether a guard refuses, and
// whether there is anything to do, is for the merged plan to say: a shard that
// failed for that would keep it from being made.
func shardOutcome(plan *reconcile.Plan) error {
	if len(plan.Incomplete) > 0 {
		return errIncomplete
	}
	return nil
}

// notePlanShard tells how much of a saved plan the shard has: its lanes are those
// that were looked at.
func (a *applyRun) notePlanShard(c *cli.Context, saved *reconcile.Plan, looked reconcile.Inventory) {
	lanes, images := map[reconcile.Lane]bool{}, 0
	for _, planned := range saved.Selection {
		lane := reconcile.LaneOf(planned.Image.Image)
		lanes[lane] = true
		if _, mine := looked[lane]; mine {
			images++
		}
	}
	a.note(c, "shard %s: %d of %s, %d of %s", a.request.Shard, len(looked), number(len(lanes), "lane"), images, number(len(saved.Selection), "image"))
}
