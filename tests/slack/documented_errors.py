"""The errors that Slack documents for the methods we use, by the page that lists them.

Only the codes are taken from there; the pages' words stay there.
"""

from __future__ import annotations

METHOD_PAGE = "https://docs.slack.dev/reference/methods/"
WEBHOOK_PAGE = "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


EVERYWHERE = _codes(
    """
    access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied
    enterprise_is_restricted fatal_error internal_error invalid_arg_name invalid_arguments invalid_array_arg
    invalid_auth invalid_charset invalid_form_data invalid_post_type method_deprecated missing_post_type
    missing_scope no_permission not_allowed_token_type not_authed org_login_required ratelimited
    request_timeout service_unavailable team_access_not_granted team_added_to_org token_expired token_revoked
    two_factor_setup_required
    """
)
"""Each page of a method repeats these."""

POSTING = _codes(
    """
    as_user_not_supported attachment_payload_limit_exceeded cannot_reply_to_message channel_not_found
    invalid_attachments invalid_blocks invalid_blocks_format invalid_metadata_format invalid_metadata_schema
    is_archived is_bot markdown_text_conflict message_limit_exceeded messages_tab_disabled
    metadata_must_be_sent_from_app metadata_too_large msg_blocks_too_long msg_too_long no_text not_in_channel
    rate_limited restricted_action slack_connect_canvas_sharing_blocked
    slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked team_not_found
    too_many_attachments too_many_contact_cards unknown_method
    """
)
"""The pages of the methods that post add these."""

DOCUMENTED = {
    f"{METHOD_PAGE}chat.postMessage": EVERYWHERE
    | POSTING
    | _codes(
        """
        app_access_restricted draft_already_deleted draft_already_sent draft_has_conflict draft_not_found
        duplicate_channel_not_found duplicate_message_not_found missing_file_data
        restricted_action_non_threadable_channel restricted_action_read_only_channel
        restricted_action_thread_locked restricted_action_thread_only_channel send_on_behalf_not_allowed
        """
    ),
    f"{METHOD_PAGE}chat.update": EVERYWHERE
    | _codes(
        """
        as_user_not_supported block_mismatch blocked_file_type cant_broadcast_message cant_update_message
        channel_not_found edit_window_closed external_channel_migrating file_deleted file_is_deleted
        file_not_found file_share_limit_reached invalid_attachments invalid_blocks invalid_blocks_format
        invalid_metadata_format invalid_metadata_schema is_bot is_inactive markdown_text_conflict
        max_file_sharing_exceeded message_limit_exceeded message_not_found metadata_must_be_sent_from_app
        metadata_too_large msg_too_long no_dual_broadcast_content_update no_text posting_to_channel_denied
        slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked
        slack_connect_clip_sharing_blocked slack_connect_file_link_sharing_blocked
        slack_connect_file_upload_sharing_blocked streaming_state_conflict team_not_found
        too_many_attachments unable_to_share_files unknown_method update_failed
        """
    ),
    f"{METHOD_PAGE}chat.postEphemeral": EVERYWHERE | POSTING | _codes("user_not_in_channel"),
    f"{METHOD_PAGE}views.open": EVERYWHERE
    | _codes(
        "duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id view_too_large"
    ),
    f"{METHOD_PAGE}views.publish": EVERYWHERE
    | _codes(
        "duplicate_external_id hash_conflict missing_profile_id not_enabled not_implemented view_too_large"
    ),
    f"{METHOD_PAGE}views.update": EVERYWHERE
    | _codes("duplicate_external_id hash_conflict not_found view_too_large"),
    f"{METHOD_PAGE}users.info": EVERYWHERE | _codes("too_many_users user_not_found user_not_visible"),
    f"{METHOD_PAGE}auth.test": EVERYWHERE,
    f"{METHOD_PAGE}apps.connections.open": EVERYWHERE
    | _codes("forbidden_team insecure_request is_bot missing_args"),
    WEBHOOK_PAGE: _codes(
        """
        action_prohibited channel_is_archived channel_not_found invalid_payload invalid_token no_active_hooks
        no_service no_service_id no_team no_text posting_to_general_channel_denied team_disabled
        too_many_attachments user_not_found
        """
    ),
}

SEEN = {
    "used_url": "what a response_url answers from its sixth use on; its page has the limit, not the word",
    "expired_url": "what a response_url answers after thirty minutes; the same",
    "thread_not_found": "what conversations.replies calls a thread_ts that is gone",
    "channel_is_frozen": "what apps report of channels that an administrator froze",
    "invalid_json": "what older copies of the pages call a JSON body that cannot be read",
    "json_not_object": "what older copies of the pages call a JSON body that is no object",
}
"""Errors that no page of ours lists, and why they have a row all the same."""
