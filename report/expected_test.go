package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// granted are changes of n images of a region.
func granted(region string, n int) []reconcile.Change {
	var changes []reconcile.Change
	for i := range n {
		changes = append(changes, grant(image(factory, region, fmt.Sprintf("ami-%x%013x", region[:2], i), fmt.Sprintf("base-%04d", i)), workloads, 14))
	}
	return changes
}

func TestAPlanSaysWhatApplyingItTakes(t *testing.T) {
	two := finish(&reconcile.Plan{Changes: append(granted("us-east-1", 1300), granted("eu-west-1", 300)...)})
	older, refused := finish(&reconcile.Plan{Changes: granted("us-east-1", 1)}), finish(&reconcile.Plan{Changes: granted("us-east-1", 106), Findings: alike(base18)})
	older.Expected = reconcile.Expected{}
	for _, c := range []struct {
		name string
		plan *reconcile.Plan
		want string // empty: nothing is said
	}{
		{"less than a second", finish(&reconcile.Plan{Changes: granted("us-east-1", 59)}),
			"Applying takes 178 calls (118 DescribeImageAttribute, 1 DescribeImages, 59 ModifyImageAttribute); the documented limits allow them within a second."},
		{"a second", finish(&reconcile.Plan{Changes: granted("us-east-1", 60)}),
			"Applying takes 181 calls (120 DescribeImageAttribute, 1 DescribeImages, 60 ModifyImageAttribute): at least 1s at the documented limits."},
		{"two lanes", two, "Applying takes 4809 calls (3200 DescribeImageAttribute, 9 DescribeImages, 1600 ModifyImageAttribute): at least 5m at the documented limits; image-factory us-east-1 takes longest."},
		{"refused", refused, "Applying all of it would take 319 calls (212 DescribeImageAttribute, 1 DescribeImages, 106 ModifyImageAttribute): at least 5s at the documented limits."},
		{"of a shard", finish(&reconcile.Plan{Changes: granted("us-east-1", 1), Seen: &reconcile.Seen{}, Scope: reconcile.Scope{Shard: reconcile.Part{Index: 1, Of: 2}}}), ""},
		{"nothing to do", finish(&reconcile.Plan{}), ""},
		{"a file that does not say it", older, ""},
	} {
		for _, format := range []report.Format{report.Text, report.Markdown, report.HTML} {
			got := strings.ReplaceAll(text(t, plan(c.plan), format, report.Style{Names: names}), "`", "")
			want := c.want
			if format == report.HTML {
				_, want, _ = strings.Cut(strings.TrimSuffix(want, "."), " take")
				want = strings.TrimPrefix(strings.TrimPrefix(want, "s"), " ")
			}
			if !strings.Contains(got, want) || want == "" && strings.Contains(got, "Applying") {
				t.Errorf("%s, %s: no %q in\n%.3000s", c.name, format, want, got[max(0, len(got)-1000):])
			}
		}
	}
}

func TestAReviewerLearnsEarlyThatARunIsLong(t *testing.T) {
	for name, c := range map[string]struct {
		plan  *reconcile.Plan
		early bool
	}{"long": {long(), true}, "short": {everyday(), false}} {
		got := text(t, plan(c.plan), report.Markdown, report.Style{Names: names})
		said, table := strings.Index(got, "Applying takes"), strings.Index(got, "#### Who gains")
		if said < 0 || table < 0 || (said < table) != c.early || strings.Contains(got, "**A long run:**") != c.early || strings.Count(got, "Applying takes") != 1 {
			t.Errorf("%s: said at %d, the table is at %d", name, said, table)
		}
	}
}
