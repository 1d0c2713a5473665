package reconcile_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestTheZeroObservationIsUnknownWithAReason(t *testing.T) {
	var zero reconcile.Observed[[]principal.Principal]
	if _, known := zero.Value(); known || zero.Err() == nil {
		t.Errorf("known %v, because %v", known, zero.Err())
	}
	if o := reconcile.Unknown[int](nil); o.Err() == nil {
		t.Error("unknown without a reason")
	}
	cause := errors.New("denied")
	if o := reconcile.Unknown[int](cause); o.Err() != cause {
		t.Errorf("the reason is %v", o.Err())
	}
	o := reconcile.Known([]principal.Principal(nil))
	if value, known := o.Value(); !known || value != nil || o.Err() != nil {
		t.Errorf("a known nothing: %v, %v, %v", value, known, o.Err())
	}
}

func TestTheKindOfAnError(t *testing.T) {
	denied := &reconcile.Error{Kind: reconcile.Denied, Action: "ec2:DescribeImages", Subject: "us-east-1", Hint: "ask", Err: errors.New("no")}
	wrapped := fmt.Errorf("planning: %w", denied)
	for _, c := range []struct {
		err  error
		kind reconcile.ErrorKind
		hint string
	}{
		{nil, "", ""}, {denied, reconcile.Denied, "ask"}, {wrapped, reconcile.Denied, "ask"}, {errors.New("x"), reconcile.Uncertain, ""},
	} {
		if kind, hint := reconcile.KindOf(c.err), reconcile.HintOf(c.err); kind != c.kind || hint != c.hint {
			t.Errorf("%v: %q, %q", c.err, kind, hint)
		}
	}
	if got := denied.Error(); got != "ec2:DescribeImages on us-east-1: no" {
		t.Error(got)
	}
	denied.Subject = ""
	if got := denied.Error(); got != "ec2:DescribeImages: no" {
		t.Error(got)
	}
	denied.Action = ""
	if got := denied.Error(); got != "no" {
		t.Error(got)
	}
	if !errors.Is(wrapped, denied.Err) {
		t.Error("the cause is lost")
	}
}

func TestLookingThingsUpInDeclarations(t *testing.T) {
	d := &reconcile.Declarations{Owners: owners, Shares: []reconcile.Declaration{{Share: "base"}}}
	if got := d.OwnerOf(principal.AWS, "222222222222"); got == nil || got.Name != "lab" {
		t.Errorf("%+v", got)
	}
	if d.OwnerOf(principal.AWS, "333333333333") != nil || d.OwnerOf("other", "222222222222") != nil {
		t.Error("an owner that is not declared")
	}
	if d.Share("base") != &d.Shares[0] || d.Share("Base") != nil {
		t.Error("shares are not found by name")
	}
	if lanes := owners[0].Lanes(); len(lanes) != 2 || lanes[1] != (reconcile.Lane{Provider: principal.AWS, Account: "111111111111", Region: "us-east-1"}) {
		t.Errorf("%v", lanes)
	}
}

func TestTheDefaultPolicyGuards(t *testing.T) {
	want := reconcile.RevokeLimits{Max: 100, MaxPrincipals: 5, MaxPercentPerImage: 50}
	if p := reconcile.DefaultPolicy(); p.AllowPublic || p.Revokes != want || len(p.Protect) > 0 {
		t.Errorf("%+v", p)
	}
}

func TestMessagesCallAPrincipalByItsNameAndID(t *testing.T) {
	p := reconcile.NamedPrincipal{Principal: account("200000000001"), Alias: "data"}
	if got := p.Title(); got != "data (200000000001)" {
		t.Error(got)
	}
	p.Alias = ""
	if got := p.Title(); got != "200000000001" {
		t.Error(got)
	}
}
