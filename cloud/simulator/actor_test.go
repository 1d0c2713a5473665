package simulator_test

import (
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// TestAnotherActorChangesThingsMeanwhile does between a read and a write what a person at
// the console might.
func TestAnotherActorChangesThingsMeanwhile(t *testing.T) {
	entry := []types.LaunchPermission{user(stranger)}
	for name, c := range map[string]struct {
		act  func(*fixture) error
		code string // of a write after that
		want []string
	}{
		"shares":             {func(f *fixture) error { return f.Share(second, []simulator.LaunchPermission{{Group: "all"}}, nil) }, "", []string{"all", consumer, stranger}},
		"unshares":           {func(f *fixture) error { return f.Share(second, nil, []simulator.LaunchPermission{{UserID: consumer}}) }, "", []string{stranger}},
		"disables":           {func(f *fixture) error { return f.DisableImage(second) }, "InvalidAMIID.Unavailable", nil},
		"disables, enables":  {func(f *fixture) error { must(f.t, f.DisableImage(second)); return f.EnableImage(second) }, "", []string{stranger}},
		"deregisters":        {func(f *fixture) error { return f.DeregisterImage(second) }, "InvalidAMIID.Unavailable", nil},
		"moves to any state": {func(f *fixture) error { return f.SetImageState(second, "error") }, "InvalidAMIID.Unavailable", []string{consumer}},
	} {
		t.Run(name, func(t *testing.T) {
			var writes []simulator.Write
			f := start(t, smallCloud(), simulator.Options{OnWrite: func(w simulator.Write) { writes = append(writes, w) }})
			wantEntries(t, f.read(second), consumer)
			must(t, c.act(f))
			if len(writes) == 0 || writes[0].Call != (simulator.Call{}) {
				t.Errorf("writes %+v", writes)
			}
			wantCode(t, f.modify(second, entry, nil), c.code, 400)
			var entries []string
			for _, p := range f.LaunchPermissions(second) {
				entries = append(entries, p.String())
			}
			wantEntries(t, entries, c.want...)
		})
	}
}

func TestOtherActorsMistakesAreErrors(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	must(t, f.SetImageState(first, "failed"))
	for name, err := range map[string]error{
		"disabled a failed image":   f.DisableImage(first),
		"enabled a failed image":    f.EnableImage(first),
		"deregistered no image":     f.DeregisterImage("ami-0a00000000000000f"),
		"disabled a key of nowhere": f.SetKeyState("arn:aws:kms:us-east-1:"+owner+":key/1", simulator.KeyDisabled),
	} {
		if err == nil {
			t.Error(name)
		}
	}
}
