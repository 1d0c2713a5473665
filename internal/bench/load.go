package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"testing/fstest"

	"gopkg.in/yaml.v3"

	"github.com/amisync/amisync/schema"
)

// manyManifests is the largest estate that is expected.
const manyManifests = 10_000

// load measures how long manifests take to be read, checked and compiled.
func load(ctx context.Context) ([]measurement, error) {
	costs, err := bestAlone(ctx, 5, job{"parse", manyManifests}, job{"load", manyManifests}, job{"load", 2 * manyManifests})
	if err != nil {
		return nil, err
	}
	parse, load, double := costs[0], costs[1], costs[2]
	return []measurement{
		held("load", "manifests read, checked and compiled", "s", load.Seconds, parse.Seconds, 2.5,
			fmt.Sprintf("%d manifests with 10 principals each; bound: yaml.v3 alone makes nodes of them", manyManifests)),
		held("load", "twice the manifests", "s", double.Seconds, load.Seconds, 2.3, fmt.Sprintf("%d manifests; bound: half of them", 2*manyManifests)),
	}, nil
}

func loadJob(manifests int) (func(context.Context) error, error) {
	files := manyShares(manifests)
	return func(context.Context) error {
		estate, err := schema.Load(files, "manifests")
		if err != nil {
			return err
		}
		_, err = estate.Compile(schema.Options{})
		return err
	}, nil
}

func parseJob(manifests int) (func(context.Context) error, error) {
	files := manyShares(manifests)
	return func(context.Context) error {
		return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			var document yaml.Node
			return yaml.NewDecoder(bytes.NewReader(data)).Decode(&document)
		})
	}, nil
}

// manyShares are an owner account and image shares, a file each.
func manyShares(n int) fstest.MapFS {
	files := fstest.MapFS{"owner.yaml": {Data: []byte(`apiVersion: amisync/v1
kind: OwnerAccount
metadata: {name: factory}
spec: {id: "111122223333", role: "arn:aws:iam::111122223333:role/amisync", regions: [us-east-1, eu-west-1]}
`)}}
	for i := range n {
		var text bytes.Buffer
		fmt.Fprintf(&text, `apiVersion: amisync/v1
kind: ImageShare
metadata: {name: share-%d, labels: {team: platform}}
spec:
  owner: factory
  images: {name: family-%d-*, tags: {channel: stable}, newest: 3}
  launchPermissions:
`, i, i)
		for p := range 10 {
			fmt.Fprintf(&text, "    - account: \"%012d\"\n      reason: a reason\n", 1000+p)
		}
		files[fmt.Sprintf("share-%d.yaml", i)] = &fstest.MapFile{Data: text.Bytes()}
	}
	return files
}
