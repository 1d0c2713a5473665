package simulator_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func (f *fixture) getJSON(path string, into any) {
	f.t.Helper()
	response, err := http.Get(f.url + path)
	must(f.t, err)
	defer response.Body.Close()
	must(f.t, json.NewDecoder(response.Body).Decode(into))
}

func TestCallsAreLogged(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{Clock: simulator.NewManualClock(start2026)})
	var calls []simulator.Call
	if f.getJSON("/_simulator/calls", &calls); calls == nil || len(calls) != 0 {
		t.Errorf("calls %v, want an empty list", calls)
	}
	_, err := f.assume()
	must(t, err)
	must(t, f.modify(first, []types.LaunchPermission{user(consumer)}, nil))
	wantCode(t, f.modify("ami-0a00000000000000f", nil, nil), "InvalidParameterCombination", 400)
	want := []simulator.Call{
		{Number: 1, Time: start2026, Service: "sts", Action: "AssumeRole", Account: ci, Region: region, Caller: "arn:aws:iam::" + ci + ":user/admin", Role: amisyncRole, Status: 200},
		{Number: 2, Time: start2026, Service: "ec2", Action: "ModifyImageAttribute", Account: owner, Region: region, Caller: "arn:aws:iam::" + owner + ":user/admin", Image: first, Status: 200},
		{Number: 3, Time: start2026, Service: "ec2", Action: "ModifyImageAttribute", Account: owner, Region: region, Caller: "arn:aws:iam::" + owner + ":user/admin", Image: "ami-0a00000000000000f", Status: 400, Code: "InvalidParameterCombination"},
	}
	if f.getJSON("/_simulator/calls", &calls); !reflect.DeepEqual(calls, want) || !reflect.DeepEqual(f.Calls(), want) {
		t.Errorf("calls\n%+v\nwant\n%+v", calls, want)
	}
	if f.ResetCalls(); len(f.Calls()) != 0 {
		t.Error("calls after a reset")
	}
}

func TestStateShowsPermissionsAndTheirHistory(t *testing.T) {
	clock := simulator.NewManualClock(start2026)
	f := start(t, smallCloud(), simulator.Options{Clock: clock})
	clock.Advance(time.Hour)
	must(t, f.modify(second, []types.LaunchPermission{org(organization)}, nil))
	must(t, f.Share(second, nil, []simulator.LaunchPermission{{UserID: consumer}}))
	var state simulator.State
	f.getJSON("/_simulator/state", &state)
	if !reflect.DeepEqual(state, f.State()) {
		t.Error("the state over HTTP differs from that of Go")
	}
	r := state.Accounts[0].Regions[0]
	if state.Accounts[0].ID != owner || r.Name != region || r.BlockPublicAccess != "block-new-sharing" || len(r.Images) != 2 {
		t.Errorf("state %+v", state)
	}
	i := r.Images[1]
	if got, _ := f.Image(second); !reflect.DeepEqual(got, i) {
		t.Errorf("image %+v, want %+v", got, i)
	}
	viaOrg := simulator.LaunchPermission{OrganizationArn: organization}
	direct := simulator.LaunchPermission{UserID: consumer}
	want := []simulator.ImageVersion{
		{State: "available", LaunchPermissions: []simulator.LaunchPermission{direct}},
		{Time: start2026.Add(time.Hour), Call: 1, Action: "ModifyImageAttribute", Caller: "arn:aws:iam::" + owner + ":user/admin", State: "available", LaunchPermissions: []simulator.LaunchPermission{viaOrg, direct}},
		{Time: start2026.Add(time.Hour), State: "available", LaunchPermissions: []simulator.LaunchPermission{viaOrg}},
	}
	if !reflect.DeepEqual(i.History, want) || !slices.Equal(i.LaunchPermissions, []simulator.LaunchPermission{viaOrg}) {
		t.Errorf("history\n%+v\nwant\n%+v", i.History, want)
	}
	if i := r.Images[0]; i.LaunchPermissions == nil {
		t.Error("a private image has no list")
	}
}

func TestEveryEffectiveWriteIsSeen(t *testing.T) {
	var writes []simulator.Write
	f := start(t, smallCloud(), simulator.Options{OnWrite: func(w simulator.Write) { writes = append(writes, w) }})
	must(t, f.modify(second, []types.LaunchPermission{user(stranger)}, []types.LaunchPermission{user(consumer)}))
	must(t, f.modify(second, []types.LaunchPermission{user(stranger)}, nil)) // no effect
	wantCode(t, f.modify(second, []types.LaunchPermission{user("1")}, nil), "InvalidAMIAttributeItemValue", 400)
	must(t, f.SetImageState(second, "failed"))
	if len(writes) != 2 {
		t.Fatalf("%d writes, want 2: %+v", len(writes), writes)
	}
	w := writes[0]
	if w.Call.Number != 1 || w.Call.Caller == "" || w.Account != owner || w.Region != region || w.Image != second ||
		w.Before[0].UserID != consumer || w.After[0].UserID != stranger || w.StateBefore != "available" {
		t.Errorf("write %+v", w)
	}
	if w := writes[1]; w.Call != (simulator.Call{}) || w.StateAfter != "failed" || w.After[0].UserID != stranger {
		t.Errorf("write %+v", w)
	}
}

func TestOtherActorsMistakes(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	if err := f.Share("ami-0a00000000000000f", nil, nil); err == nil {
		t.Error("shared an image that does not exist")
	}
	if err := f.AddImage(newImage(first, "again")); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("added an image twice: %v", err)
	}
	if err := f.AddImage(newImage("ami-1", "bad")); err == nil {
		t.Error("added an image with a bad id")
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{OnWrite: func(simulator.Write) {}})
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			entry := []types.LaunchPermission{user("30000000000" + string(rune('0'+n)))}
			for range 20 {
				if err := f.modify(second, entry, nil); err != nil {
					t.Error(err)
				}
				f.State()
				if err := f.modify(second, nil, entry); err != nil {
					t.Error(err)
				}
			}
			if err := f.modify(second, entry, nil); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := len(f.read(second)); got != 9 {
		t.Errorf("%d entries, want 9", got)
	}
}
