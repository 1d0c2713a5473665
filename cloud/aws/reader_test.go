package aws

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestListReturnsTheOwnImagesDeprecatedAndDisabledIncluded(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"DescribeImages": ok(describe(item("ami-12345678", ambientOwner.Account, aDate), ""))})
	images, err := openReader(t, ambientOwner).List(context.Background(), "us-east-1", reconcile.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	want := []reconcile.Image{{Image: ami, Name: "base-1", State: reconcile.Available, Created: time.Date(2026, 11, 20, 10, 11, 12, 0, time.UTC),
		Architecture: "arm64", Tags: map[string]string{"channel": "stable"}, Public: true}}
	if !reflect.DeepEqual(images, want) {
		t.Errorf("got  %+v\nwant %+v", images, want)
	}
	made := s.of("DescribeImages")
	if len(made) != 1 || made[0].region != "us-east-1" || made[0].key != "AKIAAMBIENT" {
		t.Fatalf("%+v", made)
	}
	for parameter, value := range map[string]string{"Owner.1": "self", "IncludeDeprecated": "true", "IncludeDisabled": "true", "MaxResults": "1000", "ImageId.1": "", "Filter.1.Name": ""} {
		if got := made[0].form.Get(parameter); got != value {
			t.Errorf("%s is %q, want %q", parameter, got, value)
		}
	}
}

func TestListWalksAllPagesEmptyOnesToo(t *testing.T) {
	pages := []string{
		describe(item("ami-00000001", ambientOwner.Account, aDate), "<nextToken>one</nextToken>"),
		describe("", "<nextToken>two</nextToken>"),
		describe(item("ami-00000002", ambientOwner.Account, aDate), "<nextToken></nextToken>"),
	}
	s := serve(t, map[string]func(int) answer{"DescribeImages": func(n int) answer { return answer{http.StatusOK, pages[n]} }})
	images, err := openReader(t, ambientOwner).List(context.Background(), "us-east-1", reconcile.Filter{})
	if err != nil || len(images) != 2 {
		t.Fatalf("%v, %v", images, err)
	}
	var tokens []string
	for _, made := range s.of("DescribeImages") {
		tokens = append(tokens, made.form.Get("NextToken"))
	}
	if !slices.Equal(tokens, []string{"", "one", "two"}) {
		t.Errorf("tokens %q", tokens)
	}
}

func TestListOfAnEmptyRegionIsEmptyNotUnknown(t *testing.T) {
	serve(t, map[string]func(int) answer{"DescribeImages": ok(describe("", ""))})
	images, err := openReader(t, ambientOwner).List(context.Background(), "us-east-1", reconcile.Filter{})
	if err != nil || images == nil || len(images) != 0 {
		t.Errorf("%#v, %v", images, err)
	}
}

func TestListOfIDsAsksByFilterInPortions(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"DescribeImages": ok(describe("", ""))})
	reader := openReader(t, ambientOwner)
	var ids []string
	for i := range 450 {
		ids = append(ids, fmt.Sprintf("ami-%08d", i))
	}
	if _, err := reader.List(context.Background(), "us-east-1", reconcile.Filter{IDs: ids}); err != nil {
		t.Fatal(err)
	}
	var asked []string
	for _, made := range s.of("DescribeImages") {
		if made.form.Get("Filter.1.Name") != "image-id" || made.form.Get("ImageId.1") != "" || made.form.Get("Owner.1") != "self" {
			t.Errorf("%v", made.form)
		}
		portion := 0
		for name, values := range made.form {
			if strings.HasPrefix(name, "Filter.1.Value.") {
				asked = append(asked, values...)
				portion++
			}
		}
		if portion > 200 {
			t.Errorf("%d values in one filter", portion)
		}
	}
	if slices.Sort(asked); !slices.Equal(asked, ids) {
		t.Errorf("asked for %d of %d ids", len(asked), len(ids))
	}
	limits := Limits()
	if told, made := (len(ids)+limits.IDsPerList-1)/limits.IDsPerList, len(s.of(limits.List)); told != made {
		t.Errorf("%d listings, and Limits say %d", made, told)
	}
}

func TestAListingThatIsNotWholeIsAnError(t *testing.T) {
	good := item("ami-00000001", ambientOwner.Account, aDate)
	for _, c := range []struct {
		name   string
		answer func(n int) answer
		says   string
		calls  int
	}{
		{"an empty body", ok(""), "no list of images", 1},
		{"a page of HTML", ok("<html><body>Sign in to the hotel's network<br></body></html>"), "", 1},
		{"HTML that is XML", ok("<html><body/></html>"), "no list of images", 1},
		{"XML that breaks off", ok(describe(good, "")[:150]), "the answer could not be read", 1},
		{"text", ok("OK"), "", 1},
		{"JSON", ok(`{"imagesSet":[]}`), "", 1},
		{"no list", ok(`<DescribeImagesResponse><requestId>r-1</requestId></DescribeImagesResponse>`), "no list of images", 1},
		{"no list, but a token", ok(`<DescribeImagesResponse><nextToken>x</nextToken></DescribeImagesResponse>`), "no list of images", 1},
		{"a connection that breaks off", func(int) answer { return answer{-1, describe(good, "")[:150]} }, "", 0},
		{"the same token again", ok(describe(good, "<nextToken>again</nextToken>")), "repeats a page token", 2},
		{"tokens in a circle", func(n int) answer {
			return answer{200, describe(good, fmt.Sprintf("<nextToken>%d</nextToken>", n%3))}
		}, "repeats a page token", 4},
		{"a bad second page", func(n int) answer {
			return []answer{{200, describe(good, "<nextToken>x</nextToken>")}, {200, ""}}[n]
		}, "no list of images", 2},
		{"an image of another account", ok(describe(good+item("ami-00000002", "999999999999", aDate), "")), `ami-00000002 of account "999999999999"`, 1},
		{"an image of nobody", ok(describe(item("ami-00000002", "", aDate), "")), `of account ""`, 1},
		{"an image without an id", ok(describe(item("", ambientOwner.Account, aDate), "")), "without an id", 1},
		{"a date that is none", ok(describe(item("ami-00000002", ambientOwner.Account, "yesterday"), "")), `"yesterday"`, 1},
		{"a date that is absurd", ok(describe(item("ami-00000002", ambientOwner.Account, "2026-13-45T99:00:00.000Z"), "")), "not a time", 1},
		{"no date", ok(describe(item("ami-00000002", ambientOwner.Account, ""), "")), "not a time", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, map[string]func(int) answer{"DescribeImages": c.answer})
			images, err := openReader(t, ambientOwner).List(context.Background(), "us-east-1", reconcile.Filter{})
			failure := failed(t, err, reconcile.Uncertain, c.says)
			if images != nil || failure.Action != "ec2:DescribeImages" || failure.Subject != "us-east-1" || failure.Hint == "" {
				t.Errorf("images %v, error %+v", images, failure)
			}
			if got := len(s.of("DescribeImages")); c.calls > 0 && got != c.calls {
				t.Errorf("%d calls, want %d", got, c.calls)
			}
		})
	}
}

func TestAnyPortionThatFailsFailsTheListing(t *testing.T) {
	ids := make([]string, 201)
	for i := range ids {
		ids[i] = fmt.Sprintf("ami-%08d", i)
	}
	serve(t, map[string]func(int) answer{"DescribeImages": func(n int) answer { return []answer{{200, describe("", "")}, {200, ""}}[n] }})
	images, err := openReader(t, ambientOwner).List(context.Background(), "us-east-1", reconcile.Filter{IDs: ids})
	failed(t, err, reconcile.Uncertain, "no list")
	if images != nil {
		t.Errorf("%v", images)
	}
}

func TestPermissionsOfEveryKind(t *testing.T) {
	const orgARN, ouARN = "arn:aws:organizations::123456789012:organization/o-exampleorg1", "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"
	entries := "<item><userId>210987654321</userId></item><item><group>all</group></item><item><organizationArn>" + orgARN + "</organizationArn></item><item><organizationalUnitArn>" + ouARN + "</organizationalUnitArn></item>"
	s := serve(t, map[string]func(int) answer{"DescribeImageAttribute": ok(permissionsOf(ami.ID, entries))})
	got, err := openReader(t, ambientOwner).Permissions(context.Background(), ami)
	want := []principal.Principal{{Kind: principal.Account, ID: "210987654321"}, principal.Everyone, {Kind: principal.Organization, ID: orgARN}, {Kind: principal.OrganizationalUnit, ID: ouARN}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	made := s.of("DescribeImageAttribute")
	if len(made) != 1 || made[0].form.Get("Attribute") != "launchPermission" || made[0].form.Get("ImageId") != ami.ID {
		t.Errorf("%+v", made)
	}
}

func TestNoPermissionsAreAnEmptyListThatIsNotNil(t *testing.T) {
	for name, body := range map[string]string{
		"an empty element":   strings.ReplaceAll(permissionsOf(ami.ID, ""), "<launchPermission></launchPermission>", "<launchPermission/>"),
		"an element of none": permissionsOf(ami.ID, ""),
	} {
		serve(t, map[string]func(int) answer{"DescribeImageAttribute": ok(body)})
		got, err := openReader(t, ambientOwner).Permissions(context.Background(), ami)
		if err != nil || got == nil || len(got) > 0 {
			t.Errorf("%s: %#v, %v", name, got, err)
		}
	}
}

func TestPermissionsThatAreNotUnderstoodAreAnError(t *testing.T) {
	for _, c := range []struct {
		name, body, says string
	}{
		{"an empty body", "", "no launch permissions"},
		{"a page of HTML", "<html><body>Sign in<br></body></html>", ""},
		{"another document", describe("", ""), "no launch permissions"},
		{"no permissions at all", `<DescribeImageAttributeResponse><imageId>ami-12345678</imageId></DescribeImageAttributeResponse>`, "no launch permissions"},
		{"no image", `<DescribeImageAttributeResponse><launchPermission/></DescribeImageAttributeResponse>`, "no launch permissions of this image"},
		{"another image", permissionsOf("ami-87654321", "<item><group>all</group></item>"), "no launch permissions of this image"},
		{"an entry with two fields", permissionsOf(ami.ID, "<item><userId>210987654321</userId><group>all</group></item>"), "of unknown form"},
		{"an entry with two ids", permissionsOf(ami.ID, "<item><userId>210987654321</userId><organizationArn>arn:x</organizationArn></item>"), "of unknown form"},
		{"an entry without a field", permissionsOf(ami.ID, "<item/>"), "of unknown form"},
		{"an entry of a kind to come", permissionsOf(ami.ID, "<item><resourceShareArn>arn:x</resourceShareArn></item>"), "of unknown form"},
		{"an empty account", permissionsOf(ami.ID, "<item><userId></userId></item>"), "of unknown form"},
		{"another group", permissionsOf(ami.ID, "<item><group>friends</group></item>"), "of unknown form"},
		{"another group beside an account", permissionsOf(ami.ID, "<item><group>friends</group><userId>210987654321</userId></item>"), "of unknown form"},
		{"a good entry and a bad one", permissionsOf(ami.ID, "<item><userId>210987654321</userId></item><item/>"), "of unknown form"},
		{"XML that breaks off", permissionsOf(ami.ID, "<item><userId>210987654321")[:220], "the answer could not be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			serve(t, map[string]func(int) answer{"DescribeImageAttribute": ok(c.body)})
			got, err := openReader(t, ambientOwner).Permissions(context.Background(), ami)
			failure := failed(t, err, reconcile.Uncertain, c.says)
			if got != nil || failure.Action != "ec2:DescribeImageAttribute" || failure.Subject != ami.ID {
				t.Errorf("%v, %+v", got, failure)
			}
		})
	}
}
