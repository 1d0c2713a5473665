package aws

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Whatever a server answers, reading ends and does not panic: it gives images
// and permissions of the account that was asked for, or an error of the engine in
// one line; never both, and never nothing.
func FuzzAnswers(f *testing.F) {
	add := func(status int, body string) { f.Add(status, body) }
	add(200, describe(item("ami-12345678", ambientOwner.Account, aDate), ""))
	add(200, describe(item("ami-12345678", "999900001111", aDate), "<nextToken>x</nextToken>"))
	add(200, permissionsOf(ami.ID, "<item><group>all</group></item><item><userId>210987654321</userId></item>"))
	add(200, permissionsOf(ami.ID, "<item><userId>1</userId><organizationArn>2</organizationArn></item><item/>"))
	add(403, ec2Error(403, "UnauthorizedOperation", "You are not authorized.\n\x1b[31m").body)
	add(503, "<html><body>Service Unavailable</body></html>")
	add(200, "<DescribeImagesResponse><imagesSet><item><imageId>")
	add(200, `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><DescribeImagesResponse>&b;</DescribeImagesResponse>`)
	add(200, "")
	add(204, "")
	add(301, "<a>moved</a>")

	var status int
	var body string
	answering := func(int) answer { return answer{status, body} }
	f.Fuzz(func(t *testing.T, code int, text string) {
		status, body = 200+(code%400+400)%400, text
		if status == http.StatusNoContent || status == http.StatusNotModified || status >= 300 && status < 400 {
			body = ""
		}
		serve(t, map[string]func(int) answer{"DescribeImages": answering, "DescribeImageAttribute": answering, "ModifyImageAttribute": answering})
		t.Setenv("AWS_MAX_ATTEMPTS", "1")
		reader, writer := openReader(t, ambientOwner), openWriter(t, ambientOwner)

		images, err := reader.List(context.Background(), ami.Region, reconcile.Filter{})
		checkAnswer(t, images == nil, err)
		for _, image := range images {
			if image.ID == "" || image.Account != ambientOwner.Account || image.Region != ami.Region || image.Created.IsZero() && !strings.Contains(text, "0001") {
				t.Errorf("%+v out of %q", image, text)
			}
		}
		permissions, err := reader.Permissions(context.Background(), ami)
		checkAnswer(t, permissions == nil, err)
		for _, p := range permissions {
			if p == (principal.Principal{}) || p.Kind != principal.Public && p.ID == "" {
				t.Errorf("%+v out of %q", permissions, text)
			}
		}
		if err := writer.Do(context.Background(), []reconcile.Change{{Verb: reconcile.VerbGrant, Image: reconcile.NamedImage{Image: ami},
			Principal: reconcile.NamedPrincipal{Principal: principal.Everyone}}}); err != nil {
			checkAnswer(t, true, err)
		}
	})
}

func checkAnswer(t *testing.T, nothing bool, err error) {
	t.Helper()
	if nothing != (err != nil) {
		t.Errorf("nothing %v, error %v", nothing, err)
	}
	if err == nil {
		return
	}
	failure, ok := errors.AsType[*reconcile.Error](err)
	if !ok || failure.Kind == "" || failure.Action == "" || strings.ContainsAny(err.Error(), "\n\r") || !utf8.ValidString(failure.Hint) {
		t.Errorf("%#v", err)
	}
}
