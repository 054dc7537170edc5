"""What each error of Slack means for us: one table, with the reason and the cure people are told.

The errors of a method are on its page of https://docs.slack.dev/reference/methods.
"""

from __future__ import annotations

from datetime import timedelta

from adapters.slack.rows import Row, channel, final, gone, limit, passing, workspace
from bot.domain.delivery import Scope, Verdict
from bot.ports import Refused

INVITE = "Invite me with `/invite @claudestatus`."
REINSTALL = "Install the app again and set SLACK_BOT_TOKEN to its new bot token (`xoxb-…`)."
UPDATE = "Update claudestatus; if it is the newest, please report the word in front of this."
REPORT = "This is a fault of claudestatus: please report it with the word in front of it."
USUAL_PAUSE = timedelta(seconds=30)
"""Where Slack names none: the example of https://docs.slack.dev/apis/web-api/rate-limits."""

TABLE: tuple[Row, ...] = (
    # The channel: it is paused until people there do something about it.
    channel("not_in_channel", "I am not a member of this channel.", INVITE),
    channel(  # A private channel looks like this to whoever is not in it, a deleted one to everybody.
        "channel_not_found",
        "The channel is gone, or it is private and I am not a member.",
        INVITE,
    ),
    channel(  # An archived channel can be brought back, so its subscription is kept.
        "is_archived is_inactive channel_is_archived channel_is_frozen",
        "The channel is archived or frozen.",
        "Unarchive it, or end the subscription with `/claudestatus unsubscribe`.",
    ),
    channel(  # The rules of a workspace change by hand alone, so that a retry in minutes is of no use.
        "restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel "
        "posting_to_general_channel_denied posting_to_channel_denied action_prohibited",
        "The rules of this workspace do not let me post here.",
        "Ask a workspace admin to let apps post in this channel, or subscribe another one.",
    ),
    channel(
        "ekm_access_denied",
        "The administrators have suspended posting in this channel.",
        "Ask a workspace admin when it will be open again.",
    ),
    channel("no_permission access_denied", "I am not allowed to post in this channel.", INVITE),
    channel(
        "messages_tab_disabled",
        "Messages to this app are switched off.",
        "Switch on the Messages tab in the app's settings under App Home.",
    ),
    channel(  # A channel that moved to another workspace of an organisation.
        "team_not_found",
        "Slack does not know the workspace of this channel any more.",
        "Subscribe again with `/claudestatus subscribe` where the channel is now.",
    ),
    # The workspace: the token opens nothing, whichever channel is asked for.
    workspace(
        "account_inactive token_revoked invalid_auth not_authed token_expired invalid_token",
        "Slack does not accept the bot token (any more).",
        REINSTALL,
    ),
    workspace(
        "missing_scope",
        "The app was not given the scope {needed}.",
        "Add {needed} under OAuth & Permissions in the app's settings and install the app again.",
    ),
    workspace(
        "not_allowed_token_type is_bot missing_args insecure_request",
        "This is the wrong kind of token.",
        "SLACK_BOT_TOKEN wants the bot token (`xoxb-…`), SLACK_APP_TOKEN the app-level one (`xapp-…`).",
    ),
    workspace(
        "team_access_not_granted enterprise_is_restricted forbidden_team",
        "The app is not allowed in this workspace.",
        "Ask an administrator of the organisation to approve the app for this workspace.",
    ),
    workspace(
        "app_access_restricted",
        "The rules of this workspace do not let the app in.",
        "Ask an admin of the workspace to allow the app.",
    ),
    workspace(
        "team_disabled no_team no_service no_service_id no_active_hooks",
        "The app was removed from this workspace, or the workspace is closed.",
        REINSTALL,
    ),
    workspace(
        "accesslimited",
        "The workspace does not accept calls from the network I run in.",
        "Ask a workspace admin to add my address under the app's allowed IP ranges.",
    ),
    workspace(
        "two_factor_setup_required",
        "The workspace wants two-factor authentication set up first.",
        "Whoever installed the app has to set it up, and to install the app again.",
    ),
    # Too fast: a pause for breath, for this workspace alone. That of a free plan's members lasts longer.
    limit("ratelimited rate_limited", "Slack asked for a pause.", USUAL_PAUSE),
    limit("message_limit_exceeded", "Too many messages are sent in this workspace.", timedelta(minutes=5)),
    # Passing trouble: nothing was done.
    passing(Scope.PLATFORM, "service_unavailable update_failed", "Slack is having trouble."),
    passing(
        Scope.WORKSPACE,
        "team_added_to_org org_login_required external_channel_migrating",
        "Slack is moving this workspace or channel.",
    ),
    passing(  # Named for calls with a `client_msg_id` and for streams, which ours are not.
        Scope.POST,
        "duplicate_channel_not_found duplicate_message_not_found streaming_state_conflict",
        "Slack took the message for another one.",
    ),
    passing(  # The form of the request, not its words: something in between may have spoilt it.
        Scope.PLATFORM,
        "invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_json "
        "invalid_post_type json_not_object missing_post_type",
        "Slack could not read the request.",
        "Look for a proxy that changes requests; else it is a fault of claudestatus: please report it.",
    ),
    passing(
        Scope.PLATFORM,
        "deprecated_endpoint method_deprecated unknown_method",
        "Slack does not offer this call (any more).",
        "Update claudestatus.",
    ),
    # Slack failed in the middle: "some aspect of the operation" may have succeeded, its pages say.
    Row(
        "fatal_error internal_error request_timeout",
        Verdict.RETRY,
        Scope.POST,
        "Slack failed in the middle of it.",
        unknown=True,
    ),
    # The message it was about is gone, or will not change any more, or takes no replies (any more).
    gone("message_not_found thread_not_found", "The message was deleted."),
    gone("edit_window_closed cant_update_message block_mismatch", "The message cannot be edited any more."),
    gone(
        "cannot_reply_to_message restricted_action_thread_locked restricted_action_non_threadable_channel",
        "Nobody can reply to the message.",
    ),
    # The words, or how they were dressed: the same call would fail for ever.
    final(
        "invalid_blocks invalid_blocks_format invalid_arguments invalid_attachments invalid_payload "
        "msg_too_long msg_blocks_too_long no_text too_many_attachments too_many_contact_cards "
        "attachment_payload_limit_exceeded metadata_too_large metadata_must_be_sent_from_app "
        "invalid_metadata_format invalid_metadata_schema markdown_text_conflict as_user_not_supported "
        "cant_broadcast_message no_dual_broadcast_content_update",
        "Slack did not accept the message.",
        REPORT,
        wording=True,
    ),
    final(  # Files, canvases, lists and drafts, of which we send none; bare words hold no link to one.
        "blocked_file_type draft_already_deleted draft_already_sent draft_has_conflict draft_not_found "
        "file_deleted file_is_deleted file_not_found file_share_limit_reached max_file_sharing_exceeded "
        "missing_file_data slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked "
        "slack_connect_clip_sharing_blocked slack_connect_file_link_sharing_blocked "
        "slack_connect_file_upload_sharing_blocked slack_connect_lists_sharing_blocked unable_to_share_files",
        "Slack took the message for one that shares a file.",
        REPORT,
        wording=True,
    ),
    final(  # We write as ourselves, and ask for one person at a time.
        "send_on_behalf_not_allowed too_many_users",
        "Slack took the call for one of another kind.",
        REPORT,
    ),
    # Conversation: nothing to try again, the person is told.
    final(
        "expired_trigger_id exchanged_trigger_id invalid_trigger_id",
        "Opening the window took too long.",
        "Try again.",
    ),
    final(
        "used_url expired_url", "Slack takes no further answer to this.", "Ask again with `/claudestatus`."
    ),
    final("hash_conflict not_found", "The window was closed or changed in the meantime.", "Open it again."),
    final(
        "duplicate_external_id missing_profile_id not_implemented view_too_large",
        "Slack did not accept the window.",
        REPORT,
    ),
    final(
        "not_enabled",
        "The app has no Home tab.",
        "Switch on the Home tab in the app's settings under App Home.",
    ),
    final("user_not_found user_not_visible user_not_in_channel", "Slack does not know this person here."),
)

ROWS = {code: row for row in TABLE for code in row.codes.split()}

NEEDS_ANOTHER_TOKEN = frozenset(code for code, row in ROWS.items() if "SLACK_BOT_TOKEN" in row.cure)
"""Errors about the token itself; workspaces that install the app themselves get another one by that."""


def is_wording(code: str) -> bool:
    """Return whether *code* says that the bare words are worth another try."""
    return code in ROWS and ROWS[code].wording


def refusal(code: str, *, needed: str = "", retry_after: timedelta | None = None) -> Refused:
    """Return what Slack's error *code* means; one that is not known yet is tried again.

    *needed* is the scope that Slack misses, *retry_after* what its answer asked for.
    """
    row = ROWS.get(code)
    if row is None:
        reason = f"Slack refused with “{code}”, which is not known yet."
        return Refused(Verdict.RETRY, Scope.POST, code, reason, cure=UPDATE, retry_after=retry_after)
    scope = f"`{needed}`" if needed else "that this needs"
    return Refused(
        row.verdict,
        row.scope,
        code,
        row.reason.replace("{needed}", scope),
        cure=row.cure.replace("{needed}", scope if needed else "it"),
        retry_after=(retry_after or row.pause) if row.pause else None,
        unknown=row.unknown,
    )
