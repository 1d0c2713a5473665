package simulator

import (
	"iter"
	"maps"
	"slices"

	"github.com/amisync/amisync/internal/lazy"
)

// describeSnapshots lists the snapshots that the caller owns. Snapshots are never shared
// here, so that nobody sees those of others.
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html)
func describeSnapshots() action {
	return action{
		parameters: []string{
			"Owner.N", "SnapshotId.N", "Filter.N.Name", "Filter.N.Value.N", "MaxResults", "NextToken", "DryRun",
		},
		run: func(r *request, out *xmlWriter) error {
			l, err := r.snapshotListing()
			if err != nil {
				return err
			}
			r.cloud.mu.RLock()
			defer r.cloud.mu.RUnlock()
			own := r.snapshots(r.cloud.laneImages[lane{r.caller.account, r.call.Region}])
			if err := r.checkSnapshotIDs(l.ids, own); err != nil {
				return err
			}
			page, token := pageOf(l.paging, l.wanted(own))
			out.element("snapshotSet", func() {
				for _, s := range page {
					out.element("item", func() { writeSnapshot(out, s) })
				}
			})
			out.optional("nextToken", token)
			return nil
		},
	}
}

// snapshotListing is one DescribeSnapshots with its parameters read.
type snapshotListing struct {
	ids, owners []string
	caller      string
	filters     []filter[snapshot]
	paging      paging
}

func (r *request) snapshotListing() (l snapshotListing, err error) {
	l = snapshotListing{ids: r.query.list("SnapshotId"), owners: r.query.list("Owner"), caller: r.caller.account}
	if err := checkAccounts(l.owners, "self", "amazon"); err != nil {
		return l, err
	}
	if l.filters, err = filters(r.query, func(name string) func(snapshot) []string { return snapshotFilters[name] }); err != nil {
		return l, err
	}
	// The least size of a page is that of most lists of EC2, as users report.
	l.paging, err = r.paging("snapshotIds", l.ids, 5)
	return l, err
}

// narrowsSnapshots reports whether a DescribeSnapshots asks for less than everything:
// other calls have a smaller token bucket. (EC2 Developer Guide, API throttling)
func (r *request) narrowsSnapshots() bool {
	return len(r.query.items("SnapshotId"))+len(r.query.items("Filter")) > 0 || r.query.has("MaxResults")
}

var snapshotForm = lazy.Regexp(`^snap-([0-9a-f]{8}|[0-9a-f]{17})$`)

// checkSnapshotIDs refuses the whole call for one id that does not exist. Ids that the
// caller has no access to are left out of the answer, as documented.
func (r *request) checkSnapshotIDs(ids []string, own map[string]snapshot) error {
	var all map[string]snapshot
	for _, id := range ids {
		if !snapshotForm().MatchString(id) {
			return refuse("InvalidSnapshotID.Malformed", `Invalid id: "%s" (expecting "snap-...")`, id)
		}
		if _, ok := own[id]; ok {
			continue
		}
		if all == nil {
			all = r.snapshots(r.cloud.regionImages[r.call.Region])
		}
		if _, ok := all[id]; !ok {
			return refuse("InvalidSnapshot.NotFound", "The snapshot '%s' does not exist.", id)
		}
	}
	return nil
}

// wanted yields the wanted ones of snapshots by their ids, sorted.
func (l snapshotListing) wanted(snapshots map[string]snapshot) iter.Seq2[string, snapshot] {
	return func(yield func(string, snapshot) bool) {
		for _, id := range slices.Sorted(maps.Keys(snapshots)) {
			if s := snapshots[id]; l.wants(s) && !yield(id, s) {
				return
			}
		}
	}
}

func (l snapshotListing) wants(s snapshot) bool {
	switch {
	case len(l.ids) > 0 && !slices.Contains(l.ids, s.SnapshotID),
		len(l.owners) > 0 && !slices.Contains(l.owners, "self") && !slices.Contains(l.owners, l.caller):
		return false
	}
	return !slices.ContainsFunc(l.filters, func(f filter[snapshot]) bool { return !f.fits(s) })
}
