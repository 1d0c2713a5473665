package main

import (
	"strings"
	"testing"

	"github.com/amisync/amisync/reconcile"
)

func TestNoPlanIsSavedThatIsTooLargeToBeRead(t *testing.T) {
	whole, shard := &reconcile.Plan{}, &reconcile.Plan{Scope: reconcile.Scope{Shard: reconcile.Part{Index: 2, Of: 4}}}
	if err := readable(shard, maxPlan); err != nil {
		t.Error(err)
	}
	for plan, hint := range map[*reconcile.Plan]string{whole: "--owner", shard: "--shard 1/8"} {
		err := readable(plan, maxPlan+1)
		if err == nil || !strings.Contains(err.Error(), "would take 257 MiB, and plan files have 256 at most") || !strings.Contains(hintOf(err), hint) {
			t.Errorf("%v, %s", err, hintOf(err))
		}
	}
}
