package reconcile_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// tenEach is an estate of n shares, ten for each owner account in three regions, which
// select by tags and by how names end: nothing that their order could tell apart.
func tenEach(n int) *reconcile.Declarations {
	d := &reconcile.Declarations{Policy: reconcile.DefaultPolicy()}
	for i := range n {
		if i%10 == 0 {
			d.Owners = append(d.Owners, reconcile.Owner{Name: fmt.Sprintf("owner-%05d", i/10), Provider: principal.AWS, Account: fmt.Sprintf("%012d", i/10+1),
				Regions: []string{"eu-west-1", "us-east-1", "us-west-2"}})
		}
		owner := d.Owners[i/10]
		d.Shares = append(d.Shares, reconcile.Declaration{Share: fmt.Sprintf("share-%05d", i), Owner: owner.Name, Lanes: owner.Lanes(), Mode: reconcile.Additive,
			Selector: reconcile.Selector{Name: fmt.Sprintf("*-%d", i%10), Tags: map[string]string{"team": fmt.Sprint(i % 10)}, Newest: 1}})
	}
	return d
}

// fastest is the least time that something takes of a few.
func fastest(work func()) time.Duration {
	least := time.Hour
	for range 5 {
		began := time.Now()
		work()
		least = min(least, time.Since(began))
	}
	return least
}

// Eight times the shares are eight times the work, and not 64 times. What is measured
// varies; the bound is in between.
func TestAPlanOfNamedSharesGrowsInProportion(t *testing.T) {
	const few, many, bound = 400, 3200, 28
	for _, c := range []struct {
		name string
		work func(n int) func()
	}{
		{"the lanes of named shares", func(n int) func() {
			d := tenEach(n)
			scope := reconcile.Scope{Shares: everySecond(d)}
			return func() { scope.Lanes(d) }
		}},
		{"the filters of their listings", func(n int) func() {
			d := tenEach(n)
			scope := reconcile.Scope{Shares: everySecond(d)}
			lanes := scope.Lanes(d)
			return func() {
				filter := scope.Filter(d)
				for _, lane := range lanes {
					filter(lane)
				}
			}
		}},
		{"which shares an edit reaches", func(n int) func() {
			base, head := tenEach(n), tenEach(n)
			for i := range head.Shares {
				if i%2 == 0 {
					head.Shares[i].Mode = reconcile.Exclusive
				}
			}
			return func() { reconcile.Affected(base, head) }
		}},
	} {
		if ratio := float64(fastest(c.work(many))) / float64(fastest(c.work(few))); ratio > bound {
			t.Errorf("%s: %d shares take %.0f times as long as %d", c.name, many, ratio, few)
		}
	}
}

func everySecond(d *reconcile.Declarations) []string {
	var names []string
	for i := 0; i < len(d.Shares); i += 2 {
		names = append(names, d.Shares[i].Share)
	}
	return names
}
