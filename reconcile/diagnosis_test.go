package reconcile_test

import (
	"errors"
	"testing"

	"github.com/amisync/amisync/reconcile"
)

func TestOnlyWhatTheCloudRefusedIsDenied(t *testing.T) {
	for _, c := range []struct {
		what, action string
		kind         reconcile.ErrorKind
		want         reconcile.CheckStatus
	}{
		{"a call that is not allowed", "ec2:DescribeImages", reconcile.Denied, reconcile.CheckDenied},
		{"a role that is not to be assumed", "sts:AssumeRole", reconcile.Credentials, reconcile.CheckDenied},
		{"missing credentials", "credentials", reconcile.Credentials, reconcile.CheckFailed},
		{"expired credentials", "sts:GetCallerIdentity", reconcile.Credentials, reconcile.CheckFailed},
		{"what nobody called for", "", reconcile.Credentials, reconcile.CheckFailed},
		{"another account", "", reconcile.WrongAccount, reconcile.CheckFailed},
		{"no answer", "sts:AssumeRole", reconcile.Uncertain, reconcile.CheckFailed},
	} {
		if got := reconcile.CheckError(&reconcile.Error{Kind: c.kind, Action: c.action, Err: errors.New("no")}); got.Status != c.want {
			t.Errorf("%s: %s, want %s", c.what, got.Status, c.want)
		}
	}
}
