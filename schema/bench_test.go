package schema

import (
	"bytes"
	"fmt"
	"testing"
	"testing/fstest"

	"gopkg.in/yaml.v3"
)

// BenchmarkLoad reads and compiles 1,000 manifests; BenchmarkParse is what
// yaml.v3 alone takes to parse the same bytes.
func BenchmarkLoad(b *testing.B) {
	fsys, _ := manyShares(1000)
	for b.Loop() {
		estate, err := Load(fsys, "manifests")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := estate.Compile(Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	_, files := manyShares(1000)
	for b.Loop() {
		for _, data := range files {
			var node yaml.Node
			if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&node); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func manyShares(n int) (fstest.MapFS, [][]byte) {
	fsys := fstest.MapFS{}
	var files [][]byte
	add := func(name, text string) {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
		files = append(files, []byte(text))
	}
	add("owner.yaml", `apiVersion: amisync/v1
kind: OwnerAccount
metadata: {name: factory}
spec: {id: "111122223333", role: "arn:aws:iam::111122223333:role/amisync", regions: [us-east-1, eu-west-1]}
`)
	for i := range n {
		text := fmt.Sprintf(`apiVersion: amisync/v1
kind: ImageShare
metadata: {name: share-%d, labels: {team: platform}}
spec:
  owner: factory
  images: {name: family-%d-*, tags: {channel: stable}, newest: 3}
  launchPermissions:
`, i, i)
		for p := range 10 {
			text += fmt.Sprintf("    - account: \"%012d\"\n      reason: a reason\n", 1000+p)
		}
		add(fmt.Sprintf("share-%d.yaml", i), text)
	}
	return fsys, files
}
