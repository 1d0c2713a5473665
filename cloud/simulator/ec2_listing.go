package simulator

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// listing is one DescribeImages with its parameters read.
type listing struct {
	*request
	ids, owners, executableBy    []string
	filters                      []filter
	withDeprecated, withDisabled bool
	size                         int    // of a page; zero means no paging
	after                        string // the id that the last page ended with
	memberOf                     []LaunchPermission
}

// seen is an image as the read sees it.
type seen struct {
	*image
	version
}

func (r *request) listing() (*listing, error) {
	l := &listing{
		request:      r,
		ids:          r.query.list("ImageId"),
		owners:       r.query.list("Owner"),
		executableBy: r.query.list("ExecutableBy"),
		memberOf:     r.cloud.memberOf[r.caller.account],
	}
	var err error
	if l.withDeprecated, err = r.query.bool("IncludeDeprecated"); err != nil {
		return nil, err
	}
	if l.withDisabled, err = r.query.bool("IncludeDisabled"); err != nil {
		return nil, err
	}
	if l.filters, err = r.query.filters(imageFilters); err != nil {
		return nil, err
	}
	if err := l.checkAccounts(); err != nil {
		return nil, err
	}
	return l, l.readPaging()
}

var ownerAliases = []string{"self", "amazon", "aws-backup-vault", "aws-marketplace"}

func (l *listing) checkAccounts() error {
	for _, owner := range l.owners {
		if !accountForm.MatchString(owner) && !slices.Contains(ownerAliases, owner) {
			return refuse("InvalidUserID.Malformed", "Invalid user id: \"%s\"", owner)
		}
	}
	for _, user := range l.executableBy {
		if !accountForm.MatchString(user) && user != "self" && user != groupAll {
			return refuse("InvalidUserID.Malformed", "Invalid user id: \"%s\"", user)
		}
	}
	return nil
}

// readPaging accepts pages of 1 to 1000 images; the exact bounds are not documented.
func (l *listing) readPaging() error {
	token, size := l.query.get("NextToken"), l.query.get("MaxResults")
	if len(l.ids) > 0 && (size != "" || token != "") {
		return refuse("InvalidParameterCombination", "The parameter imageIds cannot be used with the parameter maxResults")
	}
	if size != "" {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 || n > 1000 {
			return refuse("InvalidParameterValue", "Value ( %s ) for parameter maxResults is invalid. Expecting a value between 1 and 1000.", size)
		}
		l.size = n
	}
	if token == "" {
		return nil
	}
	plain, err := base64.URLEncoding.DecodeString(token)
	after, ok := strings.CutPrefix(string(plain), l.call.Region+" ")
	if err != nil || !ok {
		return refuse("InvalidNextToken", "The token '%s' is invalid", token)
	}
	l.after = after
	return nil
}

func (l *listing) token(after string) string {
	return base64.URLEncoding.EncodeToString([]byte(l.call.Region + " " + after))
}
