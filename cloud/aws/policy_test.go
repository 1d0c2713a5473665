package aws

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestPoliciesAreTheDocumentsThatAWSTakes(t *testing.T) {
	owner := reconcile.Owner{Name: "image-factory", Provider: principal.AWS, Account: "111122223333", Regions: []string{"us-east-1", "eu-west-1"}}
	china := reconcile.Owner{Name: "china", Provider: principal.AWS, Account: "444455556666", Regions: []string{"cn-north-1"}}
	roles := []string{"arn:aws:iam::444455556666:role/b", "arn:aws:iam::111122223333:role/a", "arn:aws:iam::444455556666:role/b"}
	writer, err := writePolicies([]principal.Image{ami, {Provider: principal.AWS, Region: "cn-north-1", ID: "ami-0123456789abcdef0"}, ami})
	if err != nil || len(writer) != 3 {
		t.Fatalf("%q, %v", writer, err)
	}
	for name, policy := range map[string]any{
		"permissions":         Permissions(owner, false),
		"permissions-public":  Permissions(owner, true),
		"permissions-china":   Permissions(china, false),
		"read-permissions":    ReadPermissions(owner, true),
		"enter":               EnterPermissions(roles, false),
		"enter-named":         EnterPermissions(roles, true),
		"trust":               RoleTrust("arn:aws:iam::999900001111:role/ci", "EXTERNAL-ID", false),
		"trust-named":         RoleTrust("arn:aws:iam::999900001111:role/ci", "EXTERNAL-ID", true),
		"trust-plain":         RoleTrust("arn:aws:iam::999900001111:role/ci", "", false),
		"trust-github":        GitHubTrust("aws", "999900001111", "repo:acme/images:environment:production"),
		"trust-github-china":  GitHubTrust("aws-cn", "999900001111", "repo:acme@1234/images@5678:ref:refs/heads/main"),
		"session-read":        json.RawMessage(readPolicies()[0]),
		"session-write":       json.RawMessage(writer[0]),
		"session-write-lanes": json.RawMessage(writer[1]),
		"session-write-all":   json.RawMessage(writer[2]),
	} {
		got, err := json.MarshalIndent(policy, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "policy", name+".json")
		if *update {
			if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(file); err != nil || string(want) != string(got)+"\n" {
			t.Errorf("%s (%v):\n%s", file, err, got)
		}
	}
}

// resourcesOf reads a session policy and returns what it allows writing on.
func resourcesOf(t interface{ Fatalf(string, ...any) }, document string) []string {
	var policy Policy
	if err := json.Unmarshal([]byte(document), &policy); err != nil {
		t.Fatalf("%v: %s", err, document)
	}
	if len(policy.Statement) != 1 || policy.Statement[0].Effect != "Allow" || !slices.Equal(policy.Statement[0].Action, []string{"ec2:ModifyImageAttribute"}) {
		t.Fatalf("a writer may do something else: %s", document)
	}
	return policy.Statement[0].Resource
}

func images(t *rapid.T) []principal.Image {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) principal.Image {
		return principal.Image{Provider: principal.AWS, Account: "111122223333",
			Region: rapid.SampledFrom([]string{"us-east-1", "eu-west-1", "ap-southeast-5", "cn-northwest-1", "us-gov-west-1"}).Draw(t, "region"),
			ID:     rapid.StringMatching(`ami-[0-9a-f]{8}([0-9a-f]{9})?`).Draw(t, "id")}
	}), 1, 80).Draw(t, "images")
}

func TestAWritersPolicyCoversItsImagesAndFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		images := images(t)
		policies, err := writePolicies(images)
		if err != nil || len(policies) < 2 || len(policies) > 3 {
			t.Fatalf("%d policies, %v", len(policies), err)
		}
		arns := map[string]bool{}
		for _, image := range images {
			arns["arn:"+principal.RegionPartition(principal.AWS, image.Region)+":ec2:"+image.Region+"::image/"+image.ID] = true
		}
		for i, policy := range policies {
			if named := !strings.Contains(policy, "*"); named && i > 0 || strings.Contains(policy, ":ec2:*::") != (i == len(policies)-1) {
				t.Fatalf("%s is number %d of %d", policy, i+1, len(policies))
			}
			resources := resourcesOf(t, policy)
			if len(policy) > maxPolicy || !slices.IsSorted(resources) {
				t.Fatalf("%d characters: %s", len(policy), policy)
			}
			for arn := range arns {
				parts := strings.Split(arn, ":")
				region, all := arn[:strings.LastIndex(arn, "/")]+"/*", "arn:"+parts[1]+":ec2:*::image/*"
				if !slices.Contains(resources, arn) && !slices.Contains(resources, region) && !slices.Contains(resources, all) {
					t.Fatalf("%s is not covered by %s", arn, policy)
				}
			}
			if wide := strings.Contains(policy, "*"); !wide && len(resources) != len(arns) {
				t.Fatalf("%d resources for %d images", len(resources), len(arns))
			}
		}
		slices.Reverse(images)
		if again, _ := writePolicies(images); !slices.Equal(again, policies) {
			t.Fatalf("in another order, %s is %s", policies, again)
		}
	})
}

// manyImages are n images of one region, with ids of the longer form.
func manyImages(n int) []principal.Image {
	images := make([]principal.Image, n)
	for i := range images {
		images[i] = principal.Image{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1", ID: fmt.Sprintf("ami-%017x", i)}
	}
	return images
}

func TestAPolicyNamesImagesToTheLastCharacterThatFits(t *testing.T) {
	most := 0
	for n := 1; n < 100; n++ {
		policies, err := writePolicies(manyImages(n))
		if err != nil {
			t.Fatal(err)
		}
		switch named := len(resourcesOf(t, policies[0])) == n && !strings.Contains(policies[0], "*"); {
		case named && most == n-1:
			most = n
		case named:
			t.Fatalf("%d images are named, %d were not", n, n-1)
		case resourcesOf(t, policies[0])[0] != "arn:aws:ec2:us-east-1::image/*" || len(policies) != 2:
			t.Fatalf("%q", policies)
		}
	}
	// One more would be a comma and an ARN in quotes.
	fits, _ := writePolicies(manyImages(most))
	if another := len(fits[0]) + len(`,"arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0"`); most == 0 || len(fits[0]) > maxPolicy || another <= maxPolicy {
		t.Errorf("%d images are %d characters, one more %d", most, len(fits[0]), another)
	}
}

func TestRegionsTooManyForAPolicyAreAllRegions(t *testing.T) {
	var images []principal.Image
	for i := range 100 {
		images = append(images, principal.Image{Region: fmt.Sprintf("ap-somewhere-%d", i), ID: "ami-12345678"}, principal.Image{Region: fmt.Sprintf("cn-somewhere-%d", i), ID: "ami-12345678"})
	}
	policies, err := writePolicies(images)
	if err != nil || len(policies) != 1 || !slices.Equal(resourcesOf(t, policies[0]), []string{"arn:aws-cn:ec2:*::image/*", "arn:aws:ec2:*::image/*"}) {
		t.Errorf("%q, %v", policies, err)
	}
}

func TestNoPolicyIsMadeOfWhatIsNoImage(t *testing.T) {
	for _, images := range [][]principal.Image{nil, {{Region: "us-east-1", ID: "*"}}, {ami, {Region: "us-east-1", ID: "ami-*"}}, {{Region: "*", ID: ami.ID}}, {{Region: "us-east-1", ID: `ami-12345678","*`}}} {
		policies, err := writePolicies(images)
		if failed(t, err, reconcile.Invalid, ""); policies != nil {
			t.Errorf("%v: %q", images, policies)
		}
	}
}
