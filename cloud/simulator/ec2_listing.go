package simulator

import "slices"

// listing is one DescribeImages with its parameters read.
type listing struct {
	*request
	ids, owners, executableBy    []string
	filters                      []filter[seen]
	withDeprecated, withDisabled bool
	paging                       paging
	memberOf                     []LaunchPermission
}

// seen is an image as the read sees it.
type seen struct {
	*image
	version
	own bool // the caller's
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
	if l.filters, err = filters(r.query, imageFilter); err != nil {
		return nil, err
	}
	if err := checkAccounts(l.owners, "self", "amazon", "aws-backup-vault", "aws-marketplace"); err != nil {
		return nil, err
	}
	if err := checkAccounts(l.executableBy, "self", groupAll); err != nil {
		return nil, err
	}
	// The least size of a page is not documented.
	l.paging, err = r.paging("imageIds", l.ids, 1)
	return l, err
}

// checkAccounts refuses what is neither an account id nor one of the other words.
func checkAccounts(accounts []string, words ...string) error {
	for _, account := range accounts {
		if !accountForm().MatchString(account) && !slices.Contains(words, account) {
			return refuse("InvalidUserID.Malformed", "Invalid user id: \"%s\"", account)
		}
	}
	return nil
}
