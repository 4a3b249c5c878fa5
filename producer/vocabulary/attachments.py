"""Attachments are uploaded once and sent often, by their id."""

from typing import Unpack

from producer.commands.shapes import near_miss
from producer.commands.uploads import UploadAttachment
from producer.errors import InvalidCommandError
from producer.vocabulary.checking import checked
from producer.vocabulary.options import UploadOptions
from producer.vocabulary.uploads import Upload, read_upload


def upload_attachment(
    attachment_type: str, attachment: str | Upload, **options: Unpack[UploadOptions]
) -> UploadAttachment:
    """Uploads an `audio`, `image`, `video` or `file`; gives its `attachment_id`.

    Args:
        attachment_type: `audio`, `image`, `video` or `file`.
        attachment: a URL, or bytes, a path or an open file of at most 25 MB.
        options: see `UploadOptions`.
    """
    return checked(_upload(attachment_type, attachment, options))


def upload_audio(audio: str | Upload, **options: Unpack[UploadOptions]) -> UploadAttachment:
    """Uploads a sound.

    Args:
        audio: a URL, or bytes, a path or an open file of at most 25 MB.
        options: see `UploadOptions`.
    """
    return checked(_upload("audio", audio, options))


def upload_image(image: str | Upload, **options: Unpack[UploadOptions]) -> UploadAttachment:
    """Uploads a picture; Meta fetches one of at most 8 MB from a URL.

    Args:
        image: a URL, or bytes, a path or an open file of at most 25 MB.
        options: see `UploadOptions`.
    """
    return checked(_upload("image", image, options))


def upload_video(video: str | Upload, **options: Unpack[UploadOptions]) -> UploadAttachment:
    """Uploads a video; Meta fetches a URL for at most 75 seconds.

    Args:
        video: a URL, or bytes, a path or an open file of at most 25 MB.
        options: see `UploadOptions`.
    """
    return checked(_upload("video", video, options))


def upload_file(file: str | Upload, **options: Unpack[UploadOptions]) -> UploadAttachment:
    """Uploads a file.

    Args:
        file: a URL, or bytes, a path or an open file of at most 25 MB.
        options: see `UploadOptions`.
    """
    return checked(_upload("file", file, options))


def _upload(kind: str, source: str | Upload, options: UploadOptions) -> UploadAttachment:
    _refuse_unknown(options)
    reusable = options.get("is_reusable", False)
    token, platform = options.get("access_token"), options.get("platform")
    if isinstance(source, str):
        return UploadAttachment(
            attachment_type=kind, url=source, is_reusable=reusable, platform=platform, access_token=token
        )
    filedata = read_upload(
        source,
        kind,
        "attachment",
        filename=options.get("filename"),
        content_type=options.get("content_type"),
    )
    return UploadAttachment(
        attachment_type=kind, filedata=filedata, is_reusable=reusable, platform=platform, access_token=token
    )


def _refuse_unknown(options: UploadOptions) -> None:
    # An id that was meant to last, and does not, is found out months later.
    known = UploadOptions.__annotations__
    for name in options:
        if name not in known:
            meant = near_miss(name, known)
            advice = f"did you mean {meant}?" if meant else f"there are {', '.join(sorted(known))}"
            raise InvalidCommandError(name, f"is no option of an upload; {advice}")
