package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// rivals call the actions that amisync calls, in the same accounts and regions,
// each at half of the documented refill.
type rivals struct{ sent, refused atomic.Int64 }

// compete calls until the context ends.
func compete(ctx context.Context, s *site) *rivals {
	r := &rivals{}
	for _, account := range fleetAccounts {
		for _, region := range fleetRegions {
			image := s.imageIn(account, region)
			go r.call(ctx, s.endpoint, account, region, readRefill/2., url.Values{"Action": {"DescribeImageAttribute"}, "Attribute": {"launchPermission"}, "ImageId": {image}})
			go r.call(ctx, s.endpoint, account, region, writeRefill/2., url.Values{"Action": {"ModifyImageAttribute"}, "LaunchPermission.Add.1.UserId": {consumers(1)[0]},
				"ImageId": {image}, "DryRun": {"true"}})
		}
	}
	return r
}

// imageIn is one image of the lane.
func (s *site) imageIn(account, region string) string {
	for _, image := range s.file().Images {
		if image.Owner == account && image.Region == region {
			return image.ID
		}
	}
	return ""
}

// call makes one call so many times a second, and does not try again.
func (r *rivals) call(ctx context.Context, endpoint, account, region string, perSecond float64, form url.Values) {
	form.Set("Version", "2016-11-15")
	tick := time.NewTicker(time.Duration(float64(time.Second) / perSecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
		if err != nil {
			return
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		// The simulator takes the caller from here and verifies no signature.
		request.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20261121/%s/ec2/aws4_request, SignedHeaders=host, Signature=0", rivalKey(account), region))
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			continue
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		r.sent.Add(1)
		if answer.StatusCode == http.StatusServiceUnavailable {
			r.refused.Add(1)
		}
	}
}

func (r *rivals) note() string {
	return fmt.Sprintf("the other: %d calls, %.1f %% throttled", r.sent.Load(), 100*float64(r.refused.Load())/float64(r.sent.Load()))
}
