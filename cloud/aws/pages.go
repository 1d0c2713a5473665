package aws

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amisync/amisync/reconcile"
)

const (
	pageSize = 1000
	// maxPages bounds a listing that never ends. A region holds 50,000 images by
	// default. Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-quotas.html
	maxPages = 10_000
	// maxToken bounds the token of a page, in bytes; maxPages of them are kept.
	maxToken = 16 << 10
	// maxFilterValues is how many ids or names one filter takes.
	maxFilterValues = 200
)

// walk calls page with the token of each page, nil at first, until one names no
// next page. Pages may be empty. A walk that would not end is an error.
func walk(action, subject string, page func(token *string) (next *string, err error)) error {
	var token *string
	seen := map[string]bool{}
	for range maxPages {
		next, err := page(token)
		if err != nil {
			return err
		}
		switch name := aws.ToString(next); {
		case name == "":
			return nil
		case len(name) > maxToken:
			return unreadable(action, subject, errors.New("the answer holds a page token of absurd length"))
		case seen[name]:
			return unreadable(action, subject, errors.New("the answer repeats a page token, so the listing would never end"))
		default:
			seen[name] = true
		}
		token = next
	}
	return unreadable(action, subject, fmt.Errorf("the listing does not end after %d pages", maxPages))
}

// filter is the filter for values.
func filter(name string, values []string) []types.Filter {
	return []types.Filter{{Name: aws.String(name), Values: values}}
}

func unreadable(action, subject string, err error) *reconcile.Error {
	return &reconcile.Error{Kind: reconcile.Uncertain, Action: action, Subject: subject, Err: err,
		Hint: "run again; if it stays so, what answers is not EC2: check the endpoint and proxies in between"}
}
