package run_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/internal/unified"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

func parts(of int) []reconcile.Part {
	if of == 1 {
		return []reconcile.Part{{}}
	}
	all := make([]reconcile.Part, of)
	for i := range all {
		all[i] = reconcile.Part{Index: i + 1, Of: of}
	}
	return all
}

// shards are the plans of all shards as files give them back, each made a minute
// after the one before.
func (e *estate) shards(t interface{ Fatal(...any) }, of int) []*reconcile.Plan {
	var plans []*reconcile.Plan
	for i, part := range parts(of) {
		one := *e
		one.scope.Shard, one.at = part, e.at.Add(time.Duration(i)*time.Minute)
		plan, _ := one.plan()
		read, err := reconcile.DecodePlan(fileOf(t, plan))
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, read)
	}
	return plans
}

func fileOf(t interface{ Fatal(...any) }, plan *reconcile.Plan) []byte {
	text, err := reconcile.EncodePlan(plan)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// merge has nothing to go by but the manifests and the plans.
func (e *estate) merge(plans []*reconcile.Plan) (*reconcile.Plan, error) {
	request := e.request()
	request.Scope, request.At = reconcile.Scope{}, time.Time{}
	return run.Merge(request, plans)
}

// drawGuarded makes a random estate where guards have much to say, and some of it
// cannot be read. A lane and an image always answer alike.
func drawGuarded(t *rapid.T) *estate {
	e := drawWorld(t)
	e.limits = fakeLimits
	some := rapid.SliceOfNDistinct(rapid.SampledFrom(who(world, org, unit, alice, bob, carol, dave)), 1, 5, rapid.ID[principal.Principal])
	for _, owner := range e.declarations.Owners { // where something is to be done
		for _, region := range owner.Regions {
			e.cloud.put(picture(owner, region, "sure-1"), some.Draw(t, "surely has")...)
		}
		e.share(owner, "sure-*", principal.Sorted(some.Draw(t, "surely declared"))...)
	}
	unread := map[string]bool{}
	for _, image := range e.cloud.images {
		image.image.Public = slices.Contains(image.has, world)
	}
	for _, id := range sortedImages(e.cloud) {
		image := &e.cloud.images[id].image
		if rapid.Bool().Draw(t, "tagged") {
			image.Tags, image.Architecture = map[string]string{"tier": "gold", "Tier": "silver"}, "arm64"
		}
		image.Deprecated = rapid.SampledFrom([]time.Time{{}, day(-3), day(900)}).Draw(t, "deprecated")
		if rapid.IntRange(0, 3).Draw(t, "encrypted") == 0 {
			image.EncryptedSnapshots = []string{"snap-1"}
			image.Obstacles = []reconcile.Obstacle{{Image: id.ID, Publishing: true, Reason: "has encrypted snapshots", Hint: "build <another>"}}
		}
		unread[fmt.Sprint(opRead, id)] = rapid.IntRange(0, 7).Draw(t, "read") == 7
	}
	for _, owner := range e.declarations.Owners {
		unread[fmt.Sprint(opEnterRead, owner.Account)] = rapid.IntRange(0, 19).Draw(t, "open") == 19
		for _, lane := range owner.Lanes() {
			unread[fmt.Sprint(opList, lane.Account, lane.Region)] = rapid.IntRange(0, 9).Draw(t, "listed") == 9
		}
	}
	e.cloud.fault = func(_ int, c call) fault {
		subject := map[op]string{opEnterRead: fmt.Sprint(c.op, c.account), opList: fmt.Sprint(c.op, c.account, c.region), opRead: fmt.Sprint(c.op, c.image)}[c.op]
		return map[bool]fault{true: denied}[unread[subject]]
	}
	e.cloud.inspect = func(region string, q reconcile.Questions) reconcile.Inspection {
		i := reconcile.Inspection{Calls: map[string]int{"fake:inspect": 1 + len(q.Encrypted)}, Owners: map[string]string{}}
		for _, image := range q.Encrypted {
			i.Obstacles = append(i.Obstacles, reconcile.Obstacle{Image: image.ID, Unsure: region == "us-east-1", Kind: reconcile.Denied, Reason: "has a key", Hint: "ask"})
		}
		for _, id := range q.Missing {
			i.Owners[id] = "333333333333"
		}
		return i
	}
	e.declarations.Policy = drawPolicy(t)
	e.declarations.Aliases = map[principal.Principal]string{alice: "alice-dev", org: "acme"}
	for i := range e.declarations.Shares {
		share := &e.declarations.Shares[i]
		if rapid.IntRange(0, 4).Draw(t, "by tag") == 0 {
			share.Selector.Tags = map[string]string{"tier": "gold"}
		}
		if rapid.IntRange(0, 4).Draw(t, "by id") == 0 {
			id := picture(reconcile.Owner{Provider: principal.AWS, Account: share.Lanes[0].Account}, share.Lanes[0].Region, rapid.SampledFrom([]string{"base-0", "gone"}).Draw(t, "id"))
			share.Selector = reconcile.Selector{IDs: []reconcile.ImageID{{Image: id.Image}}}
		}
	}
	e.scope = drawScope(t, e)
	return e
}

func sortedImages(f *fakeCloud) []principal.Image {
	var ids []principal.Image
	for id := range f.images {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, principal.CompareImages)
	return ids
}

func drawPolicy(t *rapid.T) reconcile.Policy {
	p := reconcile.Policy{AllowPublic: rapid.Bool().Draw(t, "allow public"), Source: reconcile.Source{File: "policy.yaml", Line: 1},
		Revokes: reconcile.RevokeLimits{Max: rapid.IntRange(0, 3).Draw(t, "max"), MaxPrincipals: rapid.IntRange(0, 2).Draw(t, "max principals"), MaxPercentPerImage: 50}}
	if rapid.Bool().Draw(t, "protected") {
		p.Protect = who(dave)
	}
	if rapid.Bool().Draw(t, "ignoring") {
		p.Ignore = []reconcile.Ignore{{Image: "web-*", Region: "us-east-1", Term: reconcile.Term{Until: day(rapid.IntRange(-1, 0).Draw(t, "ignored until"))}}}
	}
	if rapid.Bool().Draw(t, "exception") {
		p.Exceptions = []reconcile.Exception{{Code: "AMI002", Term: reconcile.Term{Until: day(0), Reason: "a move"}}}
	}
	if rapid.Bool().Draw(t, "rule") {
		p.Rules = []reconcile.Rule{{Name: "gold", Severity: reconcile.SeverityError, Message: "gold stays", Source: reconcile.Source{File: "policy.yaml", Line: 9},
			Violated: func(s reconcile.RuleSubject) (bool, error) {
				return s.Image.Tags["tier"] == "gold" && s.Change.Verb.Takes(), nil
			}}}
	}
	return p
}

func drawScope(t *rapid.T, e *estate) reconcile.Scope {
	var s reconcile.Scope
	switch rapid.IntRange(0, 11).Draw(t, "scope") {
	case 5:
		s.Shares = []string{e.declarations.Shares[0].Share}
	case 1:
		s.Images = []string{rapid.SampledFrom([]string{"base-*", "ami-web-1", "none"}).Draw(t, "image")}
	case 2:
		s.Regions = []string{"us-east-1"}
	case 3:
		s.Owners = []string{"factory"}
	case 4:
		s.None = true
	}
	if rapid.IntRange(0, 3).Draw(t, "of principals") == 3 {
		s.Principals = principal.Sorted(who(rapid.SampledFrom(who(alice, org, world)).Draw(t, "principal")))
	}
	s.Only = rapid.SampledFrom([]reconcile.Direction{"", "", "", reconcile.OnlyGrants, reconcile.OnlyRevokes}).Draw(t, "only")
	return s
}

func TestShardsTogetherMakeThePlanOfTheWhole(t *testing.T) {
	met := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		e := drawGuarded(t)
		whole, _ := e.plan()
		for of := 1; of <= 6; of++ {
			shards := e.shards(t, of)
			for _, shard := range shards {
				met["shards with nothing to look at"] += map[bool]int{true: 1}[shard.Inventory.Lanes+len(shard.Incomplete) == 0]
				if (shard.Seen != nil) != (of > 1) {
					t.Fatalf("shard %v of %d: seen %v", shard.Scope.Shard, of, shard.Seen)
				}
			}
			e.cloud.calls = nil
			merged, err := e.merge(rapid.Permutation(shards).Draw(t, "files"))
			if err != nil {
				t.Fatalf("%d shards: %v", of, err)
			}
			if len(e.cloud.calls) > 0 {
				t.Fatalf("merging called %v", e.cloud.calls)
			}
			if got, want := fileOf(t, merged), fileOf(t, whole); !bytes.Equal(got, want) {
				t.Fatalf("%d shards: %s", of, unified.Diff("merged", "whole", string(got), string(want)))
			}
		}
		met["changes"] += len(whole.Changes)
		met["checks"] += len(whole.Checks)
		for _, i := range whole.Incomplete {
			met[map[bool]string{true: "lanes unknown", false: "images unknown"}[i.Image == ""]]++
		}
		for _, finding := range whole.Findings {
			met[finding.Code]++
		}
	})
	for _, what := range []string{"changes", "checks", "lanes unknown", "images unknown", "shards with nothing to look at",
		"AMI001", "AMI002", "AMI014", "AMI015"} {
		if met[what] == 0 {
			t.Errorf("no estate had %s: %v", what, met)
		}
	}
}
