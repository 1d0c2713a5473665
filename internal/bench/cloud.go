package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
)

// fleet is an estate of four lanes that are all alike, two accounts in two
// regions each, and the cloud that it is about.
type fleet struct {
	images     int // of each lane
	changed    int // how many of them lack one principal
	principals int // of each image
	behaviour  simulator.Behaviour
}

var (
	fleetAccounts = []string{"111122223333", "444455556666"}
	fleetRegions  = []string{"us-east-1", "eu-west-1"}
)

// caller is the user that amisync runs as.
const caller = "arn:aws:iam::999900001111:user/ci"

// rivalKey is the key of a user who draws from the same buckets as amisync's
// role in the account.
func rivalKey(account string) string { return "AKIARIVAL" + account }

// consumers are the first n accounts that images are shared with.
func consumers(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("2%011d", i)
	}
	return ids
}

// file is the cloud.
func (f fleet) file() simulator.File {
	behaviour := f.behaviour
	file := simulator.File{Regions: fleetRegions, Behaviour: &behaviour, Accounts: []simulator.Account{{ID: "999900001111", Name: "ci",
		Users: []simulator.User{{Name: "ci", AccessKeyID: "AKIASIMULATOR0000001", SecretAccessKey: "not-a-secret", Default: true}}}}}
	created := time.Date(2026, 10, 1, 6, 0, 0, 0, time.UTC)
	for a, account := range fleetAccounts {
		file.Accounts = append(file.Accounts, simulator.Account{ID: account,
			Users: []simulator.User{{Name: "rival", AccessKeyID: rivalKey(account), SecretAccessKey: "not-a-secret"}},
			Roles: []simulator.Role{{Name: "amisync", Trust: simulator.Trust{Principals: []string{caller}}}}})
		for r, region := range fleetRegions {
			for i := range f.images {
				has := consumers(f.principals)
				if i < f.changed {
					has = has[1:]
				}
				file.Images = append(file.Images, simulator.Image{ID: fmt.Sprintf("ami-%08x%09x", len(fleetRegions)*a+r+1, i), Name: fmt.Sprintf("base-%06d", i),
					Owner: account, Region: region, CreationDate: simulator.Time{Time: created.Add(time.Duration(i) * time.Hour)},
					LaunchPermissions: simulator.Sharing{Accounts: has}})
			}
		}
	}
	return file
}

// write writes the manifests into a directory.
func (f fleet) write(directory string) error {
	var text strings.Builder
	for i, account := range fleetAccounts {
		fmt.Fprintf(&text, "---\napiVersion: amisync/v1\nkind: OwnerAccount\nmetadata: {name: factory-%d}\nspec: {id: %q, role: \"arn:aws:iam::%[2]s:role/amisync\", regions: [%s]}\n",
			i, account, strings.Join(fleetRegions, ", "))
		fmt.Fprintf(&text, "---\napiVersion: amisync/v1\nkind: ImageShare\nmetadata: {name: base-%d}\nspec:\n  owner: factory-%[1]d\n  images: {name: base-*}\n  launchPermissions:\n", i)
		for _, id := range consumers(f.principals) {
			fmt.Fprintf(&text, "    - account: %q\n", id)
		}
	}
	return os.WriteFile(filepath.Join(directory, "estate.yaml"), []byte(text.String()), 0o644)
}

// site is a fleet's cloud, running.
type site struct {
	fleet
	*simulator.Server
	directory string // of the manifests, and of what a run saves
	endpoint  string
}

// start starts the cloud; stop ends it.
func (f fleet) start(ctx context.Context) (s *site, stop func(), err error) {
	if s, stop, err = serve(ctx, f.file(), f.write); err == nil {
		s.fleet = f
	}
	return s, stop, err
}

// serve starts a cloud, and has manifests written into a directory for it; stop
// ends the one and removes the other.
func serve(ctx context.Context, file simulator.File, write func(directory string) error) (s *site, stop func(), err error) {
	server, err := simulator.New(file, simulator.Options{})
	if err != nil {
		return nil, nil, err
	}
	listener, err := simulator.Listen("")
	if err != nil {
		return nil, nil, err
	}
	directory, err := os.MkdirTemp("", "amisync-bench-")
	if err == nil {
		err = write(directory)
	}
	if err != nil {
		listener.Close()
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	go server.Serve(ctx, listener)
	return &site{Server: server, directory: directory, endpoint: "http://" + listener.Addr().String()}, func() {
		cancel()
		os.RemoveAll(directory)
	}, nil
}

// complete reports whether every image has just the principals that the
// manifests give it.
func (s *site) complete() bool {
	for _, account := range s.State().Accounts {
		for _, region := range account.Regions {
			for _, image := range region.Images {
				var ids []string
				for _, entry := range image.LaunchPermissions {
					ids = append(ids, entry.UserID)
				}
				if slices.Sort(ids); !slices.Equal(ids, consumers(s.principals)) {
					return false
				}
			}
		}
	}
	return true
}
