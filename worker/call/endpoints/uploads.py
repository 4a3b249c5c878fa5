"""The call that uploads an attachment."""

from typing import Final

from producer.commands.files import FileData, check_header
from producer.commands.uploads import UploadAttachment
from worker.call.endpoints.building import platform_query, post
from worker.call.endpoints.call import Body, Call, CallContext, FilePart, token_of

_ATTACHMENTS: Final = "me/message_attachments"


def _upload_attachment(command: UploadAttachment, context: CallContext) -> Call:
    payload: Body = {} if command.url is None else {"url": command.url}
    payload["is_reusable"] = command.is_reusable
    body: Body = {"message": {"attachment": {"type": command.attachment_type, "payload": payload}}}
    body |= dict(platform_query(command, context))
    if command.filedata is None:
        return post(command, _ATTACHMENTS, body)
    part = file_part(command.filedata)
    token = token_of(command.access_token)
    return Call(method="POST", path=_ATTACHMENTS, body=body, files=(part,), token=token)


def file_part(file: FileData) -> FilePart:
    """Returns the multipart field of an upload's bytes; raises `InvalidCommandError` for what fits into no header."""
    check_header(file, "filedata")
    return FilePart(
        name="filedata", filename=file.filename, content_type=file.content_type, content=file.content
    )


CALLS: Final = {UploadAttachment: _upload_attachment}
