package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
)

// What the estate looks like of which little is touched: one lane with the images
// of many shares.
const (
	apps      = 1000
	appImages = 10
)

func appFile() simulator.File {
	file := fleet{behaviour: simulator.Behaviour{RateLimits: "off"}}.file()
	created := time.Date(2026, 10, 1, 6, 0, 0, 0, time.UTC)
	for share := range apps {
		for i := range appImages {
			file.Images = append(file.Images, simulator.Image{ID: fmt.Sprintf("ami-%08x%09x", share+1, i), Name: fmt.Sprintf("app%04d-%02d", share, i),
				Owner: fleetAccounts[0], Region: fleetRegions[0], CreationDate: simulator.Time{Time: created.Add(time.Duration(i) * time.Hour)}})
		}
	}
	return file
}

// writeApps writes the manifests, in which one share has a label of its own.
func writeApps(directory, label string) error {
	var text strings.Builder
	fmt.Fprintf(&text, "apiVersion: amisync/v1\nkind: OwnerAccount\nmetadata: {name: factory}\nspec: {id: %q, role: \"arn:aws:iam::%[1]s:role/amisync\", regions: [%s]}\n",
		fleetAccounts[0], fleetRegions[0])
	for share := range apps {
		labels := "{}"
		if share == apps/2 {
			labels = "{touched: " + label + "}"
		}
		fmt.Fprintf(&text, "---\napiVersion: amisync/v1\nkind: ImageShare\nmetadata: {name: app%04d, labels: %s}\nspec: {owner: factory, images: {name: app%04[1]d-*, newest: %[3]d}, launchPermissions: [{account: %[4]q}]}\n",
			share, labels, appImages, consumers(1)[0])
	}
	return os.WriteFile(filepath.Join(directory, "estate.yaml"), []byte(text.String()), 0o644)
}

// commit makes a git repository of the directory, with one commit.
func commit(ctx context.Context, directory string) error {
	for _, arguments := range [][]string{{"init", "-q"}, {"add", "."}, {"commit", "-q", "-m", "all"}} {
		git := exec.CommandContext(ctx, "git", arguments...)
		git.Dir = directory
		git.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_AUTHOR_NAME=bench", "GIT_AUTHOR_EMAIL=bench@acme.example",
			"GIT_COMMITTER_NAME=bench", "GIT_COMMITTER_EMAIL=bench@acme.example")
		if output, err := git.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w\n%s", arguments[0], err, output)
		}
	}
	return nil
}

// changed counts the calls of a plan of what a commit touches: that of the whole
// would read every image.
func changed(ctx context.Context) ([]measurement, error) {
	s, stop, err := serve(ctx, appFile(), func(directory string) error { return writeApps(directory, "before") })
	if err != nil {
		return nil, err
	}
	defer stop()
	if err := commit(ctx, s.directory); err != nil {
		return nil, err
	}
	if err := writeApps(s.directory, "after"); err != nil {
		return nil, err
	}
	p, err := s.amisync(ctx, "plan", "--changed-since", "HEAD")
	if err != nil {
		return nil, err
	}
	want := map[string]int{"AssumeRole": 1, "DescribeImages": 1, "DescribeImageAttribute": appImages}
	m := held("changed", "a plan of 1 share of 1,000, of 10 images of 10,000", "calls", float64(len(p.calls)), float64(total(want)), 1,
		fmt.Sprintf("%s, in %.2g s", spelled(p.count()), p.wall.Seconds()))
	m.Good = maps.Equal(p.count(), want) // fewer would be as wrong
	return []measurement{m}, nil
}
