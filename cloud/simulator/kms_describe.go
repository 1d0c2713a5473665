package simulator

import "strings"

// describeKey tells about one key. (KMS API Reference, DescribeKey)
func describeKey() action {
	return action{
		parameters: []string{"KeyId", "GrantTokens.N"},
		resource:   (*request).keyARN,
		reply: func(r *request) (any, error) {
			r.cloud.mu.RLock()
			defer r.cloud.mu.RUnlock()
			key, err := r.namedKey()
			if err != nil {
				return nil, err
			}
			return map[string]any{"KeyMetadata": key.metadata(r.now)}, nil
		},
	}
}

// keyARN is the ARN of the key that KeyId names by its id, its ARN, or its alias. An
// alias other than that of EBS does not exist here, and stays as it is.
func (r *request) keyARN() string {
	id := r.query.get("KeyId")
	own := lane{r.caller.account, r.call.Region}
	if !strings.HasPrefix(id, "arn:") {
		if id == ebsAlias {
			return r.cloud.managedKey(own)
		}
		if strings.HasPrefix(id, "alias/") {
			return r.cloud.kmsARN(own, id)
		}
		return r.cloud.kmsARN(own, "key/"+id)
	}
	if m := kmsARN().FindStringSubmatch(id); m != nil && m[4] == ebsAlias {
		return r.cloud.managedKey(lane{m[3], m[2]})
	}
	return id
}

// namedKey finds the key that KeyId names, as far as the caller may see it. The caller
// holds the cloud's mu.
//
// Of a key of another account only its key policy can tell. The simulator has no key
// policies, but an account whose images are encrypted under a key was allowed to use it,
// which includes kms:DescribeKey. (EBS User Guide, Share a KMS key:
// https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html)
func (r *request) namedKey() (kmsKey, error) {
	id, arn := r.query.get("KeyId"), r.keyARN()
	m := kmsARN().FindStringSubmatch(arn)
	switch {
	case id == "":
		return kmsKey{}, refuse("ValidationException", "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null")
	case m == nil || m[1] != r.cloud.partition:
		return kmsKey{}, refuse("InvalidArnException", "Invalid arn %s", id)
	case m[2] != r.call.Region: // reported by users
		return kmsKey{}, refuse("NotFoundException", "Invalid arn %s", m[2])
	case m[3] != r.caller.account && !r.cloud.usersOfKey(arn)[r.caller.account]:
		return kmsKey{}, r.service.deny(r, arn, "because no resource-based policy allows the kms:DescribeKey action")
	case strings.HasPrefix(m[4], "alias/"):
		return kmsKey{}, refuse("NotFoundException", "Alias %s is not found.", arn)
	}
	key, ok := r.cloud.key(arn)
	if !ok {
		return kmsKey{}, refuse("NotFoundException", "Key '%s' does not exist", arn)
	}
	return key, nil
}
