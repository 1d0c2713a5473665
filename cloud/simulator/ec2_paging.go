package simulator

import (
	"encoding/base64"
	"iter"
	"strconv"
	"strings"
)

// paging is what MaxResults and NextToken ask for.
type paging struct {
	size   int    // of a page; zero means no paging
	after  string // the id that the last page ended with
	region string // where a token holds
	empty  bool   // a fault answers an empty page that leads on
}

// paging accepts pages of least to 1000 items. Lists of ids, whose parameter is given with
// its values, come whole. (EC2 API Reference, Query requests, Pagination)
func (r *request) paging(idList string, ids []string, least int) (paging, error) {
	p := paging{region: r.call.Region, empty: r.fault.Kind == FaultEmptyPageWithToken}
	token, size := r.query.get("NextToken"), r.query.get("MaxResults")
	if len(ids) > 0 && (size != "" || token != "") {
		return p, refuse("InvalidParameterCombination", "The parameter %s cannot be used with the parameter maxResults", idList)
	}
	if size != "" {
		n, err := strconv.Atoi(size)
		if err != nil || n < least || n > 1000 {
			return p, refuse("InvalidParameterValue", "Value ( %s ) for parameter maxResults is invalid. Expecting a value between %d and 1000.", size, least)
		}
		p.size = n
	}
	if token == "" {
		return p, nil
	}
	plain, err := base64.URLEncoding.DecodeString(token)
	after, ok := strings.CutPrefix(string(plain), r.call.Region+" ")
	if err != nil || !ok {
		return p, refuse("InvalidNextToken", "The token '%s' is invalid", token)
	}
	p.after = after
	return p, nil
}

func (p paging) token(after string) string {
	return base64.URLEncoding.EncodeToString([]byte(p.region + " " + after))
}

// pageOf returns the items of this page and the token of the next one. The items come by
// their ids, sorted.
func pageOf[T any](p paging, items iter.Seq2[string, T]) (page []T, token string) {
	if p.empty {
		return nil, p.token(p.after)
	}
	last := ""
	for id, item := range items {
		if id <= p.after {
			continue
		}
		if p.size > 0 && len(page) == p.size {
			return page, p.token(last)
		}
		page, last = append(page, item), id
	}
	return page, ""
}
