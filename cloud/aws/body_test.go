package aws

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go/middleware"
)

// looker refuses every request after a look at its body.
type looker struct {
	sent     string
	writesTo bool
}

func (l *looker) Do(r *http.Request) (*http.Response, error) {
	_, l.writesTo = r.Body.(io.WriterTo)
	body, _ := io.ReadAll(r.Body)
	l.sent = string(body)
	return nil, errors.New("looked at")
}

func TestARequestsBodyHasNoWriteTo(t *testing.T) {
	for _, c := range []struct {
		options  []func(*middleware.Stack) error
		writesTo bool
	}{
		{nil, true}, // what plainBody is there for; should this fail, the SDK no longer needs it
		{[]func(*middleware.Stack) error{plainBody}, false},
	} {
		l := &looker{}
		client := ec2.New(ec2.Options{Region: "us-east-1", HTTPClient: l, APIOptions: c.options, RetryMaxAttempts: 1})
		_, _ = client.DescribeRegions(context.Background(), &ec2.DescribeRegionsInput{})
		if l.writesTo != c.writesTo || l.sent != "Action=DescribeRegions&Version=2016-11-15" {
			t.Errorf("WriteTo %v, want %v; sent %q", l.writesTo, c.writesTo, l.sent)
		}
	}
}
