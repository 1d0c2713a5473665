package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// listed is the image as the listing shows it, with more in it than most.
func listed(t *testing.T, more string) (reconcile.Image, error) {
	t.Helper()
	plain := strings.TrimSuffix(item(ami.ID, ambientOwner.Account, aDate), "</item>")
	serve(t, map[string]func(int) answer{"DescribeImages": ok(describe(plain+more+"</item>", ""))})
	images, err := openReader(t, ambientOwner).List(context.Background(), "us-east-1", reconcile.Filter{})
	if err != nil || len(images) != 1 {
		return reconcile.Image{}, err
	}
	return images[0], nil
}

func ebs(snapshot, encrypted string) string {
	return "<item><deviceName>/dev/sda1</deviceName><ebs><snapshotId>" + snapshot + "</snapshotId><encrypted>" + encrypted + "</encrypted></ebs></item>"
}

func TestTheListingTellsWhatCannotBePublished(t *testing.T) {
	const plain = "<item><deviceName>/dev/sdb</deviceName><virtualName>ephemeral0</virtualName></item>"
	for _, c := range []struct {
		name, more string
		snapshots  []string
		reasons    []string
	}{
		{"nothing", "<blockDeviceMapping>" + plain + ebs("snap-1", "false") + "</blockDeviceMapping><productCodes/><imageWatermarkSet/>", nil, nil},
		{"encrypted", "<blockDeviceMapping>" + ebs("snap-2", "true") + plain + ebs("snap-1", "true") + ebs("snap-2", "true") + ebs("snap-3", "false") + "</blockDeviceMapping>", []string{"snap-1", "snap-2"}, []string{"has encrypted snapshots"}},
		{"encrypted, no snapshot yet", "<blockDeviceMapping>" + ebs("", "true") + "</blockDeviceMapping>", nil, []string{"has encrypted snapshots"}},
		{"product codes", "<productCodes><item><productCode>abc</productCode><type>marketplace</type></item></productCodes>", nil, []string{"carries product codes, as images of AWS Marketplace do"}},
		{"a watermark", "<imageWatermarkSet><item><watermarkKey>123456789012:approved</watermarkKey></item></imageWatermarkSet>", nil, []string{"carries a watermark"}},
		{"all", "<blockDeviceMapping>" + ebs("snap-1", "true") + "</blockDeviceMapping><productCodes><item><productCode>abc</productCode></item></productCodes><imageWatermarkSet><item><watermarkKey>1:a</watermarkKey></item></imageWatermarkSet>",
			[]string{"snap-1"}, []string{"has encrypted snapshots", "carries product codes, as images of AWS Marketplace do", "carries a watermark"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			image, err := listed(t, c.more)
			if err != nil {
				t.Fatal(err)
			}
			var reasons []string
			for _, o := range image.Obstacles {
				reasons = append(reasons, o.Reason)
				if o.Image != ami.ID || !o.Publishing || o.Unsure || o.Hint == "" {
					t.Errorf("%+v", o)
				}
			}
			if !slices.Equal(reasons, c.reasons) || !slices.Equal(image.EncryptedSnapshots, c.snapshots) {
				t.Errorf("obstacles %q, snapshots %q", reasons, image.EncryptedSnapshots)
			}
		})
	}
}

func TestWhenAnImageIsDeprecated(t *testing.T) {
	image, err := listed(t, "<deprecationTime>2027-01-02T03:04:00.000Z</deprecationTime>")
	if want := time.Date(2027, 1, 2, 3, 4, 0, 0, time.UTC); err != nil || !image.Deprecated.Equal(want) {
		t.Errorf("%v, %v", image.Deprecated, err)
	}
	for _, none := range []string{"", "<deprecationTime/>", "<deprecationTime></deprecationTime>"} {
		if image, err = listed(t, none); err != nil || !image.Deprecated.IsZero() {
			t.Errorf("%q: %v, %v", none, image.Deprecated, err)
		}
	}
	for _, bad := range []string{"never", "2027-13-45T03:04:00.000Z", "2027-01-02"} {
		_, err = listed(t, "<deprecationTime>"+bad+"</deprecationTime>")
		failed(t, err, reconcile.Uncertain, fmt.Sprintf("the deprecation time of %s is not a time: %q", ami.ID, bad))
	}
}

func TestAListingIsBounded(t *testing.T) {
	many := newListing()
	var err error
	added := 0
	for ; err == nil && added <= maxImages; added++ {
		err = many.add(reconcile.Image{Image: principal.Image{ID: fmt.Sprint(added)}})
	}
	if err == nil || added != maxImages+1 || !strings.Contains(err.Error(), "beyond 500000 images") {
		t.Errorf("%v after %d images", err, added)
	}
	wordy := newListing()
	text := strings.Repeat("x", 1<<20) // one string, counted each time
	err = nil
	for added = 0; err == nil && added < 2000; added++ {
		err = wordy.add(reconcile.Image{Image: principal.Image{ID: fmt.Sprint(added)}, Name: text, Tags: map[string]string{"a": text}})
	}
	if err == nil || added > 520 {
		t.Errorf("%v after %d images of two MiB", err, added)
	}
}

// TestPagesMayOverlap shows an image on two pages, changed in between: both are
// returned, and counted, in order.
func TestPagesMayOverlap(t *testing.T) {
	one := item("ami-00000001", ambientOwner.Account, aDate)
	pages := []string{describe(one, "<nextToken>x</nextToken>"), describe(strings.Replace(one, "base-1", "golden-1", 1)+item("ami-00000002", ambientOwner.Account, aDate), "")}
	serve(t, map[string]func(int) answer{"DescribeImages": func(n int) answer { return answer{200, pages[n]} }})
	images, err := openReader(t, ambientOwner).List(context.Background(), "us-east-1", reconcile.Filter{})
	if err != nil || len(images) != 3 || images[0].Name != "base-1" || images[1].Name != "golden-1" || images[0].ID != images[1].ID {
		t.Errorf("%v, %v", images, err)
	}
}
