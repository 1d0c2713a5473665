package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/amisync/amisync/reconcile"
)

// encrypted asks whether others could use the keys of the images' snapshots. EC2
// refuses to share an image with a snapshot under a key that AWS manages.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html
func (i *inspection) encrypted(ctx context.Context, images []reconcile.Image) {
	var snapshots []string
	for _, image := range images {
		snapshots = append(snapshots, image.EncryptedSnapshots...)
	}
	keys := i.snapshotKeys(ctx, slices.Compact(slices.Sorted(slices.Values(snapshots))))
	for _, image := range images {
		var unsure error
		for _, snapshot := range image.EncryptedSnapshots {
			key := keys[snapshot]
			if key.managed {
				i.Obstacles = append(i.Obstacles, reconcile.Obstacle{Image: image.ID,
					Reason: fmt.Sprintf("has the snapshot %s under the key %s, which AWS manages for this account alone", snapshot, key.arn),
					Hint:   "copy the image under a key of your own (`aws ec2 copy-image --encrypted --kms-key-id KEY`) and share the copy"})
				unsure = nil
				break
			}
			if unsure == nil {
				unsure = key.err
			}
		}
		if unsure != nil {
			i.unsure(image.ID, "has a snapshot whose key may be of no use to others", false, unsure)
		}
	}
}

// key is the key of a snapshot. The zero value is one that others can be given.
type key struct {
	arn     string
	managed bool  // by AWS, so that it serves nobody but its account
	err     error // why that could not be found out
}

// snapshotKeys returns the key of each of the snapshots. A key that several have
// is asked for once.
func (i *inspection) snapshotKeys(ctx context.Context, ids []string) map[string]key {
	const action = "ec2:DescribeSnapshots"
	keys, described := map[string]key{}, map[string]key{}
	for chunk := range slices.Chunk(ids, maxFilterValues) {
		arns, err := i.keyARNs(ctx, chunk)
		for _, id := range chunk {
			arn := arns[id]
			switch _, known := described[arn]; {
			case err != nil:
				keys[id] = key{err: err}
				continue
			case arn == "":
				keys[id] = key{err: &reconcile.Error{Kind: reconcile.Uncertain, Action: action, Subject: id,
					Err: errors.New("the answer does not say its key"), Hint: "check that the snapshot is still there"}}
				continue
			case !known:
				described[arn] = i.describeKey(ctx, arn)
			}
			keys[id] = described[arn]
		}
	}
	return keys
}

// keyARNs returns the keys of the account's own snapshots, by id, as far as EC2
// tells.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html
func (i *inspection) keyARNs(ctx context.Context, ids []string) (map[string]string, error) {
	const action = "ec2:DescribeSnapshots"
	arns := map[string]string{}
	err := walk(action, i.region, func(token *string) (*string, error) {
		page, err := i.calls.describeSnapshots(ctx, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, Filters: filter("snapshot-id", ids),
			MaxResults: aws.Int32(pageSize), NextToken: token})
		if err := i.called(action, i.region, err); err != nil {
			return nil, err
		}
		for _, item := range page.Snapshots {
			if id := aws.ToString(item.SnapshotId); slices.Contains(ids, id) {
				arns[id] = aws.ToString(item.KmsKeyId)
			}
		}
		return page.NextToken, nil
	})
	return arns, err
}

// describeKey asks who manages a key, and whether it can be used.
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
func (i *inspection) describeKey(ctx context.Context, arn string) key {
	const action = "kms:DescribeKey"
	answer, err := i.calls.describeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String(arn)})
	if err := i.called(action, arn, err); err != nil {
		if reconcile.KindOf(err) == reconcile.NotFound {
			err.Hint = "check that the key is still there: without it nobody can launch the image"
		}
		return key{arn: arn, err: err}
	}
	m := answer.KeyMetadata
	switch {
	case m == nil || aws.ToString(m.Arn) != arn && aws.ToString(m.KeyId) != arn:
		return key{arn: arn, err: unreadable(action, arn, errors.New("the answer is not about this key"))}
	case m.KeyManager == types.KeyManagerTypeAws:
		return key{arn: arn, managed: true}
	case m.KeyManager != types.KeyManagerTypeCustomer:
		return key{arn: arn, err: unreadable(action, arn, fmt.Errorf("the answer says that the key is managed by %q", m.KeyManager))}
	case m.KeyState != types.KeyStateEnabled:
		return key{arn: arn, err: &reconcile.Error{Kind: reconcile.WrongState, Action: action, Subject: arn,
			Err: fmt.Errorf("the key is in state %s", m.KeyState), Hint: keyHint(m.KeyState)}}
	}
	return key{arn: arn}
}

// keyHint says how a key in the state is made of use again. A key whose deletion
// is cancelled is disabled.
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html
func keyHint(state types.KeyState) string {
	hint := "bring the key into state Enabled"
	switch state {
	case types.KeyStateDisabled:
		hint = "enable the key (`aws kms enable-key`)"
	case types.KeyStatePendingDeletion:
		hint = "cancel its deletion first (`aws kms cancel-key-deletion`), then enable the key (`aws kms enable-key`)"
	}
	return hint + ": until then nobody can launch the image"
}
